// The package's worker, and beside it somebody who tells how large its WebAssembly memories are.
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const result = await instantiate(...args);
  memories.push((result.instance || result).exports.memory);
  return result;
};
new BroadcastChannel('memory').onmessage = ({ target }) => {
  target.postMessage(memories.map(({ buffer }) => buffer.byteLength));
};
import('/dist/worker/worker.js');
