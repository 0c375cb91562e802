/** The arguments of createCapture, snapshot and grab, checked before anything waits. */
import { readFields, readList } from './engine/fields.js';
import { ENCODE_FIELDS, parseEncodeOptions } from './engine/options.js';
import { isWasmModule, urlText } from './engine/realm.js';
import { invalidArgument } from './errors.js';

/** @import { EncodeOptions, Region } from './engine/index.js' */

/**
 * @typedef {object} CreateCaptureOptions
 * @property {string | URL} [wasmUrl] The .wasm file, or, ending in '/', the folder of both. Relative to the page.
 * @property {string | URL} [workerUrl] `caseframe/worker`, where it is hosted elsewhere: same origin, same version.
 * @property {WebAssembly.Module} [wasmModule] Compiled already.
 * @property {'auto' | false} [worker] `false` does all the work in the page. Default 'auto': in a worker where that
 *   can be had.
 */

/**
 * What is being captured, for the `beforeCapture` hook.
 * @typedef {object} CaptureContext
 * @property {string | null} interactionId
 * @property {string | null} participantId
 * @property {string} sourceKind
 */

/**
 * @typedef {object} CaptureOnlyOptions
 * @property {number} [timeoutMs] The whole wait for a good frame, in ms, without the hooks' own time. Default 3000.
 * @property {number} [loadTimeoutMs] How long the engine may take to load, in ms, beside the wait for a frame and not
 *   counted in it. Default 15000.
 * @property {number} [maxFrameAgeMs] How long ago the frame may have been presented, in ms. Default 1000.
 * @property {number} [minWidth] In pixels. Smaller frames are let pass until the deadline. Default 0.
 * @property {number} [minHeight] In pixels. Default 0.
 * @property {'first' | 'sharpest'} [select] 'sharpest': of the frames that come within `withinMs` after the call, at most
 *   8, the one that is sharpest. Default 'first'.
 * @property {number} [withinMs] A whole number of ms, 1 to 2000. Default 300.
 * @property {AbortSignal} [signal]
 * @property {(context: CaptureContext) => boolean | void | Promise<boolean | void>} [beforeCapture] `false`, or an
 *   error, is 'consent-denied'.
 * @property {Detect | Detect[]} [detect] Regions beyond `redact`; those of all that are given.
 * @property {string} [interactionId] Picks one where the source has several; names it where the source knows none.
 * @property {string} [participantId] Picks one where several participants have video.
 */

/** @typedef {(still: import('./still.js').Still) => Region[] | Promise<Region[]>} DetectHook */

/** What finds regions in a still: a hook, or 'text', the core's own finder. @typedef {'text' | DetectHook} Detect */

/** @typedef {EncodeOptions & CaptureOnlyOptions} CaptureOptions */

/** @typedef {ReturnType<typeof parseCaptureOptions>} CaptureRequest */

/** The most `setTimeout` can wait: beyond 2^31 - 1 it fires at once. */
const MAX_TIMEOUT_MS = 2147483647;

/** The longest that frames are gathered for, in ms: beyond that it is no longer the moment of the click. */
const MOST_WITHIN_MS = 2000;

/** @type {readonly (keyof CaptureOnlyOptions)[]} */
const CAPTURE_FIELDS = [
  'timeoutMs',
  'loadTimeoutMs',
  'maxFrameAgeMs',
  'minWidth',
  'minHeight',
  'select',
  'withinMs',
  'signal',
  'beforeCapture',
  'detect',
  'interactionId',
  'participantId',
];

/**
 * @param {CreateCaptureOptions} [options]
 * @returns {import('./worker/host.js').HostOptions}
 */
export function parseCreateOptions(options = {}) {
  const given = readFields(options, ['wasmUrl', 'workerUrl', 'wasmModule', 'worker']);
  const { wasmModule, worker = 'auto' } = given;
  if (worker !== 'auto' && worker !== false) throw invalidArgument('worker', "'auto' or false", worker);
  if (wasmModule !== undefined && !isWasmModule(wasmModule)) {
    throw invalidArgument('wasmModule', 'a WebAssembly.Module', wasmModule);
  }
  return {
    worker,
    workerUrl: absolute('workerUrl', given.workerUrl),
    engine: { wasmModule, wasmUrl: absolute('wasmUrl', given.wasmUrl) },
  };
}

/** @param {CaptureOptions} [options] */
export function parseCaptureOptions(options = {}) {
  const {
    timeoutMs = 3000,
    loadTimeoutMs = 15000,
    maxFrameAgeMs = 1000,
    minWidth = 0,
    minHeight = 0,
    select = 'first',
    withinMs = 300,
    signal,
    beforeCapture,
    detect,
    interactionId,
    participantId,
    ...encode
  } = readFields(options, [...CAPTURE_FIELDS, ...ENCODE_FIELDS]);
  for (const [name, value] of Object.entries({ timeoutMs, loadTimeoutMs })) {
    if (!Number.isFinite(value) || value <= 0 || value > MAX_TIMEOUT_MS) {
      throw invalidArgument(name, `a number above 0 and up to ${MAX_TIMEOUT_MS}`, value);
    }
  }
  if (!Number.isFinite(maxFrameAgeMs) || maxFrameAgeMs < 0) {
    throw invalidArgument('maxFrameAgeMs', 'a number of at least 0', maxFrameAgeMs);
  }
  for (const [name, value] of Object.entries({ minWidth, minHeight })) {
    if (!Number.isInteger(value) || value < 0) throw invalidArgument(name, 'an integer of at least 0', value);
  }
  if (select !== 'first' && select !== 'sharpest') throw invalidArgument('select', "'first' or 'sharpest'", select);
  if (!Number.isInteger(withinMs) || withinMs < 1 || withinMs > MOST_WITHIN_MS) {
    throw invalidArgument('withinMs', `an integer from 1 to ${MOST_WITHIN_MS}`, withinMs);
  }
  if (signal !== undefined && !isSignal(signal)) throw invalidArgument('signal', 'an AbortSignal', signal);
  if (beforeCapture !== undefined && typeof beforeCapture !== 'function') {
    throw invalidArgument('beforeCapture', 'a function', beforeCapture);
  }
  for (const [name, value] of Object.entries({ interactionId, participantId })) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw invalidArgument(name, 'a string that is not empty', value);
    }
  }
  return {
    limits: { timeoutMs, loadTimeoutMs, maxFrameAgeMs, minWidth, minHeight },
    select,
    withinMs,
    signal,
    beforeCapture,
    detect: parseDetect(detect),
    interactionId,
    participantId,
    encode: parseEncodeOptions(encode),
  };
}

/**
 * @param {CaptureOnlyOptions['detect']} [detect]
 * @returns {{ text: boolean, hooks: DetectHook[] } | undefined} Undefined where nothing is to be looked for.
 */
export function parseDetect(detect) {
  /** @type {DetectHook[]} */
  const hooks = [];
  let text = false;
  const isOne = detect === 'text' || typeof detect === 'function';
  const list = detect === undefined ? [] : isOne ? [detect] : detect;
  const expected = "'text', a function or an array of these";
  readList(list, 'detect', { expected }, (one) => {
    if (typeof one === 'function') hooks.push(/** @type {DetectHook} */ (one));
    else if (one === 'text') text = true;
    else throw invalidArgument('detect', expected, one);
  });
  return text || hooks.length > 0 ? { text, hooks } : undefined;
}

/**
 * Against the page: a worker would take it as relative to itself. Where there is no page, as in server-side rendering,
 * nothing is loaded, and the URL stays as it is.
 * @param {string} name
 * @param {unknown} url
 * @returns {string | undefined}
 */
function absolute(name, url) {
  if (url === undefined) return undefined;
  const text = urlText(url);
  if (!text) throw invalidArgument(name, 'a URL', url);
  const page = typeof document === 'object' ? document.baseURI : undefined;
  try {
    const resolved = new URL(text, page || 'https://no.page.invalid/').href;
    return page ? resolved : text;
  } catch {
    throw invalidArgument(name, 'a URL', url);
  }
}

/** @param {unknown} value @returns {value is AbortSignal} */
export function isSignal(value) {
  try {
    const { aborted, addEventListener, removeEventListener } = /** @type {AbortSignal} */ (value);
    return (
      typeof aborted === 'boolean' &&
      typeof addEventListener === 'function' &&
      typeof removeEventListener === 'function'
    );
  } catch {
    return false;
  }
}
