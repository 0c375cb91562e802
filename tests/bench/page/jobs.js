/** The jobs that are set up on this page, by number; run.mjs asks for one round of one of them at a time. */
import { CONTESTANTS } from './contestants.js';
import { createRunner } from './runner.js';

/** @typedef {import('./runner.js').Job} Job */

const jobs = [];

/** Who can take part in this browser. */
export const contestants = () =>
  Object.entries(CONTESTANTS)
    .filter(([, { available }]) => !available || available())
    .map(([name, { where }]) => ({ name, where }));

/** @param {Job} job @returns {Promise<number>} */
export async function add(job) {
  const inPage = job.contestant && CONTESTANTS[job.contestant].where === 'page';
  return jobs.push(inPage ? await createRunner(job) : await createWorkerRunner(job)) - 1;
}

/** @param {number} job @returns {Promise<Record<string, number>>} Milliseconds. */
export const round = (job) => jobs[job].round();

/** @param {number} job @returns {Promise<string>} The file in base64, which is what leaves a page unharmed. */
export async function file(job) {
  const bytes = await jobs[job].file();
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** A worker each: nobody's garbage is another's pause. @param {Job} job */
async function createWorkerRunner(job) {
  const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  const ask = (message) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data: { result, error } }) => (error ? reject(new Error(error)) : resolve(result));
      worker.onerror = (event) => reject(new Error(`A worker failed: ${event.message || 'it could not be loaded'}`));
      worker.postMessage(message);
    });
  await ask({ create: job });
  return { round: () => ask({ call: 'round' }), file: () => ask({ call: 'file' }) };
}
