/** One picture, from the click to the snapshot: consent, the capture, the review. */
import { CaptureError } from '../index.js';
import { invalid, toCaptureError } from './errors.js';

/** @import { Capture, CaptureContext, CaptureOptions, Region, Snapshot, Still } from '../index.js' */

/**
 * What the button needs of a capture: the package's own has it.
 * @typedef {Pick<Capture, 'snapshot' | 'grab'>} CaptureLike
 */

/**
 * How a review ended. `redact` is all that is to be covered, `dropped` what was suggested and is not.
 * @typedef {{ action: 'confirm', redact: Region[], dropped?: object[] }
 *   | { action: 'retake' } | { action: 'discard' }} Answer
 */

/**
 * Shows a still, with what is covered from the start, what the hooks of `detect` have found, and text, which is covered
 * unless it is dropped.
 * @typedef {(still: Still, regions: Region[], suggestions: Region[], drafts: Region[], signal: AbortSignal) =>
 *   Promise<Answer>} ShowReview Rejects with 'aborted', and shows nothing any more, once the signal is.
 */

/**
 * What the customer has agreed to.
 * @typedef {object} Consent
 * @property {(context: CaptureContext) => boolean} has Whether nobody need be asked again.
 * @property {(context: CaptureContext) => void} keep
 */

/** @typedef {Exclude<CaptureOptions['detect'], any[] | 'text' | undefined>} DetectHook */

/** Of the 1,000 regions that the core takes, what text leaves to those that the agent draws. */
const MOST_WITH_TEXT = 900;

/** All that a capture reads, of options and of their regions. */
const FIELDS = [
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
  'quality',
  'subsampling',
  'progressive',
  'maxWidth',
  'maxHeight',
  'redact',
  'reject',
  'metadata',
  'x',
  'y',
  'width',
  'height',
  'mode',
  'color',
  'unit',
  'of',
];

/**
 * @typedef {object} TakeEvents
 * @property {() => void} asking The agent is to ask for consent.
 * @property {() => void} answered
 * @property {() => void} grabbed The frame is held, and looked at.
 * @property {() => void} retake
 * @property {() => void} discarded
 * @property {(snapshot: Snapshot) => void} captured
 * @property {(error: CaptureError) => void} stopped
 */

/**
 * Begins at once. Of these events the last is `retake`, `discarded`, `captured` or `stopped`; after `abort` none comes.
 * @param {object} args
 * @param {() => CaptureLike} args.capture May throw.
 * @param {any} args.source
 * @param {CaptureOptions} args.options The page's.
 * @param {Consent | null} args.consent null where the agent is not asked first.
 * @param {ShowReview | null} args.review null where none is shown.
 * @param {TakeEvents} args.on
 */
export function createTake({ capture, source, options, consent, review, on }) {
  const controller = new AbortController();
  const { signal } = controller;
  /** The page's own. @type {AbortSignal | undefined} */
  let given;
  const follow = () => controller.abort();
  /** @param {boolean} _agreed */
  let answer = (_agreed) => {};

  async function ask() {
    if (signal.aborted) return false;
    on.asking();
    const agreed = await new Promise((resolve) => {
      answer = resolve;
      signal.addEventListener('abort', () => resolve(false));
    });
    if (!signal.aborted) on.answered();
    return agreed;
  }

  /** Once it has been taken back, nothing comes of it. */
  function stay() {
    if (signal.aborted) throw new CaptureError('aborted');
  }

  async function run() {
    const read = /** @type {CaptureOptions} */ (readFields(options));
    const pages = read.signal;
    if (pages) {
      if (typeof pages.addEventListener !== 'function') throw invalid('signal', 'an AbortSignal', pages);
      if (pages.aborted) follow();
      pages.addEventListener('abort', follow);
      given = pages;
    }
    const asked = { ...read, signal };
    if (consent) {
      const { has, keep } = consent;
      asked.beforeCapture = async (context) => {
        // First the customer, then whatever the page does about what they said.
        if (!has(context) && !(await ask())) return false;
        keep(context);
        return read.beforeCapture?.call(options, context);
      };
    }
    if (!review) {
      const snapshot = await capture().snapshot(source, asked);
      return () => on.captured(snapshot);
    }
    // What `detect` finds is suggested in the review, to be accepted there. It is waited for: nobody confirms a picture
    // in which something is still being looked for.
    const { detect, ...others } = asked;
    const { text, hooks } = parseDetect(detect);
    const still = await capture().grab(source, others);
    try {
      const regions = others.redact || [];
      const found = await Promise.race([Promise.all(hooks.map((hook) => suggest(hook, still))), gone(signal)]);
      const suggestions = /** @type {Region[]} */ ([]).concat(...found);
      const most = Math.max(1, MOST_WITH_TEXT - regions.length - suggestions.length);
      const drafts = text ? await still.findText({ most }) : [];
      stay();
      on.grabbed();
      const decided = await review(still, regions, suggestions, drafts, signal);
      stay();
      if (decided.action === 'retake') return on.retake;
      if (decided.action !== 'confirm') return on.discarded;
      const snapshot = await still.encode({ replaceRedact: decided.redact });
      stay();
      return () => on.captured(decided.dropped ? Object.assign(snapshot, { dropped: decided.dropped }) : snapshot);
    } finally {
      still.discard();
    }
  }

  run()
    .catch((error) => () => on.stopped(toCaptureError(error, 'invalid-argument', 'The capture failed')))
    .then((end) => {
      given?.removeEventListener?.('abort', follow);
      // Aborted by the page's own signal, it is told; by the button, it is known.
      if (!signal.aborted || given?.aborted) end();
    });

  return {
    abort: follow,
    /** @param {boolean} agreed */
    answer: (agreed) => answer(agreed),
  };
}

/**
 * Options as plain data, each field read once: what the review is shown is what was checked at the click, whatever the page
 * does to its objects meanwhile. Fields of a prototype are read, too, as a capture does; others are for one of the page's own.
 * @param {any} given Options, or one of their regions. @returns {any}
 */
function readFields(given) {
  const names = new Set(FIELDS);
  for (const name in given) names.add(name);
  /** @type {any} */
  const read = {};
  for (const name of names) {
    const value = Object(given)[name];
    if (value !== undefined) read[name] = value;
  }
  const { redact, of } = read;
  // A longer one is refused as it is.
  if (Array.isArray(redact) && redact.length <= 1000) read.redact = Array.from(redact, readFields);
  if (of) read.of = { width: of.width, height: of.height };
  return read;
}

/** Whatever never ends holds no picture beyond that. @param {AbortSignal} signal @returns {Promise<never>} */
export function gone(signal) {
  return new Promise((_, reject) => {
    const leave = () => reject(new CaptureError('aborted'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave);
  });
}

/** Checked before anything is captured. @param {CaptureOptions['detect']} detect */
function parseDetect(detect) {
  const all = /** @type {(DetectHook | 'text')[]} */ ([]).concat(detect === undefined ? [] : detect);
  for (const one of all) {
    if (typeof one === 'function' || one === 'text') continue;
    throw invalid('detect', "'text', a function or an array of these", one);
  }
  const hooks = /** @type {DetectHook[]} */ (all.filter((one) => one !== 'text'));
  return { text: hooks.length < all.length, hooks };
}

/**
 * @param {DetectHook} detect @param {Still} still
 * @returns {Promise<Region[]>}
 * @throws {CaptureError} Never taken for "nothing found": the agent would rely on it.
 */
async function suggest(detect, still) {
  let found;
  try {
    found = await detect(still);
  } catch (error) {
    throw toCaptureError(error, 'invalid-argument', 'The detect hook failed');
  }
  if (!Array.isArray(found)) throw invalid('the result of detect', 'an array of regions', found);
  return found;
}
