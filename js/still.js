/** A frame that was taken and waits, in the worker's memory, to be shown, redacted and encoded. */
import { disposable } from './disposable.js';
import { readFields } from './engine/fields.js';
import { ENCODE_FIELDS, parseEncodeOptions, parseScaledOptions, parseTextOptions } from './engine/options.js';
import { explainRegion, MAX_REGIONS, parseRegions } from './engine/regions.js';
import { CaptureError, invalidArgument } from './errors.js';
import { fit } from './fit.js';
import { isSignal, parseDetect } from './options.js';
import { checkIdentity, identify, toSnapshot } from './snapshot.js';
import { createStopwatch } from './stopwatch.js';
import { letGo } from './worker/messages.js';

/** @import { EncodeOptions, FrameReport, Region, ScaledOptions, TextOptions, TextRegion } from './engine/index.js' */
/** @import { Lifetime } from './lifetime.js' */
/** @import { CaptureOnlyOptions, CaptureRequest, DetectHook } from './options.js' */
/** @import { Grabbed, Snapshot } from './snapshot.js' */
/** @import { Server } from './worker/host.js' */

/**
 * @typedef {object} StillOnlyOptions
 * @property {Region[]} [replaceRedact] These regions in place of all others: those that were given to `grab`, and what
 *   `detect` finds. For somebody who has seen them and answers for the picture. Not together with `redact`, `detect`.
 * @property {CaptureOnlyOptions['detect']} [detect] Nothing but what was given to `grab`, so that one object serves both.
 * @property {AbortSignal} [signal] Of this call alone; the still stays.
 */

/** @typedef {EncodeOptions & StillOnlyOptions} StillEncodeOptions */

/**
 * @typedef {object} StillTextOptions
 * @property {'camera' | 'screen'} [kind] As of the engine's `findText`; by default what the source says: 'screen' of a
 *   shared screen, otherwise 'camera'.
 * @property {number} [most] How many regions at most, 1 to 1000: neighbours become one where there are more. Default 1000.
 */

/** @type {readonly (keyof StillEncodeOptions)[]} */
const STILL_FIELDS = [...ENCODE_FIELDS, 'replaceRedact', 'detect', 'signal'];

/** @type {readonly (keyof StillTextOptions)[]} */
const TEXT_FIELDS = ['kind', 'most'];

/**
 * What `preview` gives: an ImageBitmap or, where browsers have none (Safari before 15), a canvas. Both are drawn by
 * `drawImage`.
 * @typedef {ImageBitmap | (HTMLCanvasElement & { close: () => void })} Preview
 */

/**
 * @typedef {object} StillMethods
 * @property {number} width In pixels, upright.
 * @property {number} height
 * @property {FrameReport} report
 * @property {string | null} interactionId
 * @property {(options?: ScaledOptions) => Promise<Preview>} preview For showing only. It shows everything but what
 *   `redact` names: regions that were given to `grab` count for `encode` alone. Yours to close.
 * @property {(options?: StillEncodeOptions) => Promise<Snapshot>} encode May be called again. Options that are not given,
 *   or undefined, are those of `grab`. Regions add up: those of `grab`, these, and what `detect` finds, which is asked
 *   once. Regions in pixels are those of this frame.
 * @property {(options?: StillTextOptions) => Promise<TextRegion[]>} findText Regions that cover its text and codes.
 * @property {() => void} discard Zeroes the pixels; later calls reject with `disposed`.
 */

/** @typedef {StillMethods & import('./disposable.js').Disposes} Still */

/**
 * What was found in a still.
 * @typedef {object} Found
 * @property {TextRegion[]} text By the core.
 * @property {Region[]} others By hooks.
 * @property {number} engineMs
 */

/** @returns {Found} */
const nothing = () => ({ text: [], others: [], engineMs: 0 });

/**
 * @param {object} args
 * @param {Grabbed} args.grabbed
 * @param {Server} args.server The one that holds the pixels.
 * @param {CaptureRequest} args.request
 * @param {Lifetime} args.owner The still ends with it.
 * @returns {Still}
 */
export function createStill({ grabbed, server, request, owner }) {
  const { width, height } = grabbed.opened;
  const report = { ...grabbed.opened.report, ...grabbed.ranking };
  const stillId = /** @type {number} */ (grabbed.opened.stillId);
  const life = owner.child();
  life.onEnd(() => {
    server.call('discard', { stillId }).catch(() => {});
  });
  /** @type {Promise<Found> | undefined} */
  let detecting;

  /** Asked once, since the frame stays the same; again where that failed. */
  function detected() {
    if (!request.detect) return Promise.resolve(nothing());
    if (!detecting) {
      const { text, hooks } = request.detect;
      // What they look at encodes without asking them once more.
      /** @type {StillMethods} */
      const withoutDetect = { ...still, encode: (options) => encode(options, false) };
      const shown = disposable(withoutDetect, still.discard);
      const looks = Promise.all(hooks.map((hook) => detect(hook, shown)));
      detecting = Promise.all([text ? lookForText() : nothing(), looks]).then(([found, others]) => {
        return { ...found, others: others.flat() };
      });
      detecting.catch(() => {
        detecting = undefined;
      });
    }
    return detecting;
  }

  /** @param {TextOptions} [options] @returns {Promise<Found>} */
  async function lookForText(options) {
    const kind = parseTextOptions(options, grabbed.target.kind === 'screen' ? 'screen' : 'camera');
    const { regions, engineMs } = await server.call('findText', { stillId, kind });
    return { ...nothing(), text: regions, engineMs };
  }

  /** @param {StillEncodeOptions | undefined} options @param {boolean} withDetected */
  async function encode(options = {}, withDetected) {
    life.check();
    const { signal, ...given } = readFields(options, STILL_FIELDS);
    if (signal !== undefined && !isSignal(signal)) throw invalidArgument('signal', 'an AbortSignal', signal);
    const call = life.child();
    try {
      call.heed(signal);
      call.check();
      return await encodeIn(call, given, withDetected);
    } finally {
      call.finish();
    }
  }

  /** @param {Lifetime} life @param {Omit<StillEncodeOptions, 'signal'>} options @param {boolean} withDetected */
  async function encodeIn(life, { redact, replaceRedact, detect, ...others }, withDetected) {
    const start = life.clock.now();
    const stopwatch = createStopwatch(life.clock);
    const isReplaced = replaceRedact !== undefined;
    for (const [name, value] of Object.entries({ redact, detect })) {
      if (isReplaced && value !== undefined) throw invalidArgument(name, 'nothing beside replaceRedact', value);
    }
    if (!isAmong(parseDetect(detect), withDetected ? request.detect : undefined)) {
      throw invalidArgument('detect', 'nothing but what was given to grab', detect);
    }
    const given = stopwatch.run(() => parseRegions(isReplaced ? replaceRedact : redact).plain);
    const { plain: chosen } = stopwatch.run(() => parseEncodeOptions({ ...request.encode.plain, ...others }));
    checkIdentity(chosen, grabbed.target);
    const found = withDetected && !isReplaced ? await life.race(detected()) : nothing();
    const named = isReplaced ? given : [...request.encode.plain.redact, ...given, ...found.others];
    // Too many that somebody named are an error; text is covered in fewer, larger pieces.
    const regions = [...named, ...fit(found.text, Math.max(1, MAX_REGIONS - named.length))];
    const { target, capturedAt, frame } = grabbed;
    const { id, call } = stopwatch.run(() => {
      const parsed = parseEncodeOptions({ ...chosen, redact: regions });
      const identified = identify(parsed, target, { capturedAt, ageMs: frame.ageMs });
      return { id: identified.id, call: server.call('encode', { stillId, options: identified.options }) };
    });
    const { encoded, engineMs } = await life.race(call).catch((error) => {
      throw explainRegion(error, regions);
    });
    // The search is told once, with the picture it was made for.
    const engine = engineMs + found.engineMs;
    found.engineMs = 0;
    if (server.inPage) stopwatch.add(engine);
    const total = life.clock.now() - start;
    return toSnapshot(grabbed, id, encoded, { engine, mainThread: stopwatch.total(), total });
  }

  /** @type {StillMethods} */
  const still = {
    width,
    height,
    report,
    interactionId: grabbed.target.interactionId,

    async preview(options = {}) {
      life.check();
      const { maxWidth, maxHeight, redact } = parseScaledOptions(options);
      const { plain, raw: regions } = parseRegions(redact);
      const call = server.call('preview', { stillId, maxWidth, maxHeight, regions });
      const answer = await life.race(call, letGo).catch((error) => {
        throw explainRegion(error, plain);
      });
      return 'data' in answer ? toCanvas(answer) : answer;
    },

    encode: (options) => encode(options, true),

    async findText(options = {}) {
      life.check();
      const { most = MAX_REGIONS, ...others } = readFields(options, TEXT_FIELDS);
      if (!Number.isInteger(most) || most < 1 || most > MAX_REGIONS) {
        throw invalidArgument('most', `an integer from 1 to ${MAX_REGIONS}`, most);
      }
      const { text } = await life.race(lookForText(others));
      return fit(text, most);
    },

    discard: () => life.fail(new CaptureError('disposed', 'The still has been discarded')),
  };
  return disposable(still, still.discard);
}

/**
 * Whether all that is to be looked for is looked for anyway.
 * @param {CaptureRequest['detect']} wanted @param {CaptureRequest['detect']} asked
 */
function isAmong(wanted, asked) {
  const { text = false, hooks = [] } = asked || {};
  return !wanted || ((text || !wanted.text) && wanted.hooks.every((hook) => hooks.includes(hook)));
}

/**
 * @param {DetectHook} hook
 * @param {Still} still
 */
async function detect(hook, still) {
  /** @type {Region[]} */
  let regions;
  try {
    regions = await hook(still);
    // Never taken for "nothing found": a picture would go out that should have been redacted.
    if (!Array.isArray(regions)) throw invalidArgument('the result of detect', 'an array of regions', regions);
  } catch (cause) {
    if (CaptureError.is(cause)) throw cause;
    throw new CaptureError('invalid-argument', 'The detect hook failed', { cause });
  }
  return parseRegions(regions).plain;
}

/** @param {ImageData} image Zeroed. @returns {Preview} */
function toCanvas(image) {
  const { width, height } = image;
  const canvas = Object.assign(document.createElement('canvas'), {
    width,
    height,
    close() {
      canvas.width = 0;
      canvas.height = 0;
    },
  });
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  image.data.fill(0);
  return canvas;
}
