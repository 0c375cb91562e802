/** The worker: the service behind `postMessage`. */
import { toPlainError, UP } from './protocol.js';
import { createService } from './service.js';

/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Response} Response */

/**
 * What is used of DedicatedWorkerGlobalScope, whose types exclude those of the page.
 * @typedef {object} WorkerScope
 * @property {((event: MessageEvent) => void) | null} onmessage
 * @property {(message: unknown, transfer?: Transferable[]) => void} postMessage
 */

const scope = /** @type {WorkerScope} */ (/** @type {unknown} */ (self));
/** @type {ReturnType<typeof createService>} */
let service;

scope.onmessage = ({ data }) => {
  if (data.start) service = createService(data.start);
  else answer(data);
};
scope.postMessage(UP);

/** @param {Request} request */
async function answer({ id, op, args }) {
  /** @type {Response} */
  let response;
  try {
    response = { id, value: await service.handle(op, args) };
  } catch (error) {
    response = { id, error: toPlainError(/** @type {import('../errors.js').CaptureError} */ (error)) };
  }
  const isBitmap = typeof ImageBitmap === 'function' && response.value instanceof ImageBitmap;
  scope.postMessage(response, isBitmap ? [/** @type {ImageBitmap} */ (response.value)] : []);
  if (op === 'load') service.warmUp();
}
