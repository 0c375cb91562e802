/** A worker for one job: `{ create: Job }` first, then `{ call: 'round' | 'file' }`, one at a time. */
import { createRunner } from './runner.js';

let runner;
self.addEventListener('message', async ({ data: { create, call } }) => {
  try {
    if (create) runner = await createRunner(create);
    self.postMessage({ result: call && (await runner[call]()) });
  } catch (error) {
    self.postMessage({ error: String(error.stack || error) });
  }
});
