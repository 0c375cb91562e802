/** One picture, from the click to the snapshot: consent, the capture, the review. */
import { toCaptureError } from './errors.js';

/** @import { Capture, CaptureContext, CaptureError, CaptureOptions, Snapshot, Still } from '../index.js' */

/**
 * What the button needs of a capture: the package's own has it.
 * @typedef {Pick<Capture, 'snapshot' | 'grab'>} CaptureLike
 */

/**
 * How a review ended.
 * @typedef {{ action: 'confirm', redact?: import('../index.js').Region[], review?: object }
 *   | { action: 'retake' } | { action: 'discard' }} Answer `review` is what became of suggestions: plain facts.
 */

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
 * @param {boolean} args.consent Whether the agent is asked first.
 * @param {((still: Still, options: CaptureOptions) => Promise<Answer>) | null} args.review Shows a still; null where none
 *   is shown.
 * @param {TakeEvents} args.on
 */
export function createTake({ capture, source, options, consent, review, on }) {
  const controller = new AbortController();
  const { signal } = controller;
  const given = options.signal;
  const follow = () => controller.abort();
  /** @param {boolean} _agreed */
  let answer = (_agreed) => {};

  /** @param {CaptureContext} context */
  async function beforeCapture(context) {
    // First the customer, then whatever the page does about what they said.
    if (!(await ask())) return false;
    return options.beforeCapture ? options.beforeCapture(context) : undefined;
  }

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

  async function run() {
    const asked = { ...options, signal, ...(consent ? { beforeCapture } : {}) };
    if (!review) {
      const snapshot = await capture().snapshot(source, asked);
      return () => on.captured(snapshot);
    }
    // What `detect` finds is suggested in the review, to be accepted there.
    const { detect, ...others } = asked;
    const still = await capture().grab(source, others);
    try {
      if (signal.aborted) return () => {};
      on.grabbed();
      const decided = await review(still, options);
      if (decided.action === 'retake') return on.retake;
      if (decided.action !== 'confirm') return on.discarded;
      const snapshot = await still.encode({ redact: decided.redact || [] });
      return () => on.captured(decided.review ? Object.assign(snapshot, { review: decided.review }) : snapshot);
    } finally {
      still.discard();
    }
  }

  if (given?.aborted) follow();
  given?.addEventListener('abort', follow);
  run()
    .catch((error) => () => on.stopped(toCaptureError(error, 'invalid-argument', 'The capture failed')))
    .then((end) => {
      given?.removeEventListener('abort', follow);
      // Aborted by the page's own signal, it is told; by the button, it is known.
      if (!signal.aborted || given?.aborted) end();
    });

  return {
    abort: follow,
    /** @param {boolean} agreed */
    answer: (agreed) => answer(agreed),
  };
}
