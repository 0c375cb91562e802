/**
 * What the button does about everything that can happen to it: one model, one function, no clock and no DOM.
 *
 *             click            consent         frame            confirmed         receipt
 *   idle ──────────▶ capturing ◀─────▶ asking
 *    ▲  ▲                │ ├───────────────▶ reviewing ──┐
 *    │  └── cancel ──────┘ └───────────────────────────▶ uploading ◀──▶ queued ───▶ delivered
 *    │                   └──▶ failed ◀────────────────────┘  │
 *    └───────────── captured, where nothing delivers ◀───────┘
 *
 * A take is one picture from the click on, by its number: what comes late of an earlier one changes nothing. Deliveries
 * go by the snapshot's id: the button shows the latest, earlier ones go on behind it. What can be captured from comes and
 * goes beside all that; it shows as `unavailable` where nothing else is under way. A receipt that comes after the call is
 * told all the same, until the button is clicked.
 */

/** @import { CaptureError, CaptureErrorCode } from '../index.js' */

/**
 * @typedef {'idle' | 'capturing' | 'asking' | 'reviewing' | 'uploading' | 'queued' | 'delivered' | 'failed'} Phase
 * @typedef {Phase | 'unavailable'} ButtonState
 */

/**
 * What an idle button still says about the picture before.
 * @typedef {'captured' | 'cancelled' | 'discarded' | null} Outcome
 */

/**
 * @typedef {object} Model
 * @property {Phase} phase
 * @property {number} take The number of the latest picture that was asked for.
 * @property {boolean} isSlow The take has gone on for long enough to be cancelled by hand.
 * @property {string | null} shown The id of the snapshot whose delivery is shown.
 * @property {number} progress Of its delivery, 0..1.
 * @property {boolean} isDurable Whether it waits where a closed page leaves it.
 * @property {CaptureError | null} error
 * @property {boolean} isUnsent What has failed is a delivery, whose picture is still there.
 * @property {Outcome} outcome
 * @property {CaptureErrorCode | null} reason Why nothing can be captured now.
 */

/**
 * @typedef {{ type: 'click', count?: number }
 *   | { type: 'retry' }
 *   | { type: 'cancel' }
 *   | { type: 'slow', take: number }
 *   | { type: 'asking', take: number }
 *   | { type: 'answered', take: number }
 *   | { type: 'grabbed', take: number }
 *   | { type: 'retake', take: number }
 *   | { type: 'discarded', take: number }
 *   | { type: 'captured', take: number, id: string, delivers: boolean }
 *   | { type: 'stopped', take: number, error: CaptureError }
 *   | { type: 'progress', id: string, progress: number }
 *   | { type: 'waiting', id: string, isDurable: boolean }
 *   | { type: 'delivered', id: string }
 *   | { type: 'undelivered', id: string, error: CaptureError }
 *   | { type: 'source', reason: CaptureErrorCode | null }
 *   | { type: 'removed' }} Happening
 */

/**
 * What is to be done about it.
 * @typedef {{ type: 'capture', take: number, again: boolean }
 *   | { type: 'time', take: number }
 *   | { type: 'abort', take: number }
 *   | { type: 'resend', id: string }
 *   | { type: 'repeat' }} Command `again` of a picture that the agent takes once more; `time`
 *   is answered by `slow` after a while; `repeat` reads the reason again.
 */

/** @type {Readonly<Model>} */
export const INITIAL = Object.freeze({
  phase: 'idle',
  take: 0,
  isSlow: false,
  shown: null,
  progress: 0,
  isDurable: false,
  error: null,
  isUnsent: false,
  outcome: null,
  reason: 'no-source',
});

/** While a picture is being taken no other is. @param {Model} model */
export function isBusy({ phase }) {
  return phase === 'capturing' || phase === 'asking' || phase === 'reviewing';
}

/** @param {Model} model @returns {ButtonState} */
export function stateOf({ phase, reason, isUnsent }) {
  const isOver = phase === 'idle' || (phase === 'failed' && !isUnsent);
  return reason && isOver ? 'unavailable' : phase;
}

/**
 * @param {Readonly<Model>} model
 * @param {Happening} happening
 * @returns {{ model: Readonly<Model>, commands: Command[] }} The same model where nothing changes.
 */
export function step(model, happening) {
  const stay = { model, commands: [] };
  switch (happening.type) {
    case 'click':
      if (isBusy(model) || (happening.count || 0) > 1) return stay;
      if (!model.reason) return take(model, false);
      if (model.phase === 'delivered') return { model: rest(model, null), commands: [] };
      return { model, commands: [{ type: 'repeat' }] };

    case 'retry':
      if (model.phase !== 'failed') return stay;
      if (!model.isUnsent || model.shown === null) return step(model, { type: 'click' });
      return {
        model: { ...model, phase: 'uploading', progress: 0, error: null, isUnsent: false },
        commands: [{ type: 'resend', id: model.shown }],
      };

    case 'cancel':
      // A review has ways out of its own.
      if (model.phase !== 'capturing' && model.phase !== 'asking') return stay;
      return { model: rest(model, 'cancelled'), commands: [{ type: 'abort', take: model.take }] };

    case 'source':
      return { model: turn(model, happening.reason), commands: [] };

    case 'removed':
      return {
        model: { ...INITIAL, take: model.take, reason: model.reason },
        commands: isBusy(model) ? [{ type: 'abort', take: model.take }] : [],
      };

    case 'progress':
    case 'waiting':
    case 'delivered':
    case 'undelivered':
      return { model: deliver(model, happening), commands: [] };

    default:
      return isBusy(model) && happening.take === model.take ? proceed(model, happening) : stay;
  }
}

/**
 * The source has something to capture, or not. What was said about the picture before is not said again when it comes
 * back.
 * @param {Readonly<Model>} model @param {CaptureErrorCode | null} reason @returns {Readonly<Model>}
 */
function turn(model, reason) {
  if (model.reason === reason) return model;
  const next = { ...model, reason };
  // One that came after the call has not been read yet, whatever else the call says as it ends.
  if (reason && !model.reason && model.phase === 'delivered') return rest(next, null);
  return [model, next].some((each) => stateOf(each) === 'unavailable') ? rest(next, null) : next;
}

/**
 * What becomes of the take under way.
 * @param {Readonly<Model>} model
 * @param {Extract<Happening, { take: number }>} happening
 * @returns {{ model: Readonly<Model>, commands: Command[] }}
 */
function proceed(model, happening) {
  /** @param {Partial<Model>} change @returns {{ model: Readonly<Model>, commands: Command[] }} */
  const to = (change) => ({ model: { ...model, ...change }, commands: [] });
  switch (happening.type) {
    case 'slow':
      return to({ isSlow: model.phase === 'capturing' });
    case 'asking':
      return to({ phase: 'asking', isSlow: false });
    case 'answered':
      return { ...to({ phase: 'capturing' }), commands: [{ type: 'time', take: model.take }] };
    case 'grabbed':
      return to({ phase: 'reviewing', isSlow: false });
    case 'retake':
      // Nothing can be taken of what has gone meanwhile: the reason is shown.
      return model.reason ? { model: rest(model, 'discarded'), commands: [] } : take(model, true);
    case 'discarded':
      return { model: rest(model, 'discarded'), commands: [] };
    case 'captured':
      if (!happening.delivers) return { model: rest(model, 'captured'), commands: [] };
      return to({ phase: 'uploading', isSlow: false, shown: happening.id, progress: 0 });
    case 'stopped':
      if (happening.error.code === 'aborted') return { model: rest(model, 'cancelled'), commands: [] };
      return to({ phase: 'failed', isSlow: false, error: happening.error });
  }
}

/**
 * What becomes of a delivery. One that is over is heard no more of: a receipt that came is believed.
 * @param {Readonly<Model>} model
 * @param {Extract<Happening, { type: 'progress' | 'waiting' | 'delivered' | 'undelivered' }>} happening
 * @returns {Readonly<Model>}
 */
function deliver(model, happening) {
  const { phase } = model;
  const isOpen = phase === 'uploading' || phase === 'queued' || (phase === 'failed' && model.isUnsent);
  if (happening.id !== model.shown || !isOpen) return model;
  switch (happening.type) {
    case 'progress':
      return { ...model, phase: 'uploading', progress: happening.progress, error: null, isUnsent: false };
    case 'waiting':
      return { ...model, phase: 'queued', isDurable: happening.isDurable, error: null, isUnsent: false };
    case 'delivered':
      return { ...model, phase: 'delivered', progress: 1, error: null, isUnsent: false };
    case 'undelivered':
      // Taken out of the queue by the page.
      if (happening.error.code === 'aborted') return rest(model, 'discarded');
      return { ...model, phase: 'failed', error: happening.error, isUnsent: true };
  }
}

/** @param {Readonly<Model>} model @param {boolean} again @returns {{ model: Model, commands: Command[] }} */
function take(model, again) {
  const number = model.take + 1;
  return {
    model: { ...INITIAL, phase: 'capturing', take: number, reason: model.reason },
    commands: [
      { type: 'capture', take: number, again },
      { type: 'time', take: number },
    ],
  };
}

/** @param {Readonly<Model>} model @param {Outcome} outcome @returns {Model} */
function rest(model, outcome) {
  return { ...INITIAL, take: model.take, reason: model.reason, outcome };
}
