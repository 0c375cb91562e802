// The package's worker, with a string to pull.
import '/dist/worker/worker.js';

new BroadcastChannel('crash').onmessage = () => {
  throw new Error('crashed on purpose');
};
