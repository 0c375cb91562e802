/** What tests call from inside the page, as `lab`. */
import * as caseframe from '/dist/index.js';
import { createSender, startCall } from './call.js';
import { latenessSince } from './lateness.js';
import { beats, hasStopped, until } from './patience.js';
import { createWitness } from './witness.js';

const problems = [];
addEventListener('unhandledrejection', ({ reason }) => problems.push(`unhandled: ${reason}`));
addEventListener('securitypolicyviolation', (event) =>
  problems.push(`csp: ${event.violatedDirective} ${event.blockedURI}`),
);

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What takes longer never ends: twice the longest deadline of any test. */
const HANG_MS = 120000;

/** Of a capture whose test says no deadline of its own. The three seconds of the default pass while a busy machine stands still. */
const PATIENCE_MS = 30000;

/** As the package makes it, but for that deadline. */
function createCapture(options) {
  const capture = caseframe.createCapture(options);
  for (const name of ['snapshot', 'grab']) {
    const take = capture[name];
    capture[name] = (source, options) => take(source, patient(options));
  }
  return capture;
}

function patient(options = {}) {
  const isPlain = typeof options === 'object' && options !== null;
  return isPlain && !('timeoutMs' in options) ? { ...options, timeoutMs: PATIENCE_MS } : options;
}

/**
 * The outcome of captures of a hidden video until one has been told of by the element's callback, which knows more than
 * its count of frames. Where the machine is busy the count is quicker, now and then.
 */
async function told(capture, source) {
  for (let tries = 1; ; tries++) {
    const shot = await outcome(capture.snapshot(source));
    if (shot.code || shot.frame.presentedFrames !== undefined || tries === 50) return shot;
  }
}

/**
 * How a promise ended, as plain data: a snapshot with its file, or an error. `ms`: when, after the call. `lateMs`: by
 * how much the page's own timers were late meanwhile.
 */
async function outcome(promise) {
  const start = performance.now();
  let timer;
  const hang = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It has not ended in ${HANG_MS} ms`)), HANG_MS);
  });
  const end = () => ({ ms: performance.now() - start, lateMs: latenessSince(start) });
  try {
    const value = await Promise.race([promise, hang]);
    const ended = end();
    if (!value?.blob) return { value: plain(value), ...ended };
    const { blob, ...rest } = value;
    return { ...rest, type: blob.type, jpeg: await toBase64(blob), ...ended };
  } catch (error) {
    const { name, code, message, details, advice } = error;
    return { name, code, message, details, advice, cause: String(error.cause), ...end() };
  } finally {
    clearTimeout(timer);
  }
}

function plain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function toBase64(blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(',')[1]);
    reader.readAsDataURL(blob);
  });
}

/** Waits until the track delivers pictures of at least this width. */
async function ramped(track, width = 1) {
  const start = performance.now();
  while (!(track.getSettings().width >= width)) {
    if (performance.now() - start > 60000) throw new Error(`The call never became ${width} wide`);
    await sleep(20);
  }
}

/** The package's workers that are alive: all but the call's clock. */
const workers = new Set();
let crashes = 0;
const { Worker } = globalThis;
globalThis.Worker = class extends Worker {
  constructor(url, options) {
    super(url, options);
    if (!String(url).includes('ticker')) workers.add(this);
    this.addEventListener('error', () => crashes++);
    // On the object: it is another class's where a test has replaced Worker.
    this.terminate = () => {
      workers.delete(this);
      Worker.prototype.terminate.call(this);
    };
  }
};

globalThis.lab = {
  ...caseframe,
  createCapture,
  startCall,
  createSender,
  createWitness,
  until,
  beats,
  hasStopped,
  sleep,
  outcome,
  told,
  ramped,
  problems,
  workers: () => workers.size,
  /** How many workers have crashed, or did not load. */
  crashes: () => crashes,
};
