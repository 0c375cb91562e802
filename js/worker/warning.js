/** What a page's developer is told where the worker is lost: nothing else would show it but a page that stands still. */

import { withoutSecrets } from '../errors.js';

/** @type {Set<string>} */
const told = new Set();

/** Each reason once. @param {string} reason */
export function warnOfPage(reason) {
  if (told.has(reason)) return;
  told.add(reason);
  console.warn(
    `caseframe: there is no worker, so that each capture stops this page for as long as it takes: ${withoutSecrets(reason)}. ` +
      'Run “npx caseframe copy <folder>”, serve that folder on this page’s origin, and set createCapture({ workerUrl, ' +
      'wasmUrl }) to its worker.js and wasm/; or set worker: false, which means the page.',
  );
}
