/** Between the model and the world: does what the model commands, and tells it what happens. */
import { CaptureError, createCapture } from '../index.js';
import { watchSource } from './availability.js';
import { INITIAL, isBusy, step } from './button-machine.js';
import { createDeliveries } from './deliveries.js';
import { createTake } from './take.js';

/** @import { Capture, CaptureOptions, Snapshot } from '../index.js' */
/** @import { Receipt } from '../upload/index.js' */
/** @import { Command, Happening, Model } from './button-machine.js' */
/** @import { UploaderLike } from './deliveries.js' */
/** @import { CaptureLike, ShowReview } from './take.js' */

/** A capture is usually faster than this: no button appears just to vanish. */
const CANCEL_APPEARS_AFTER_MS = 400;

/**
 * What the page has set.
 * @typedef {object} Settings
 * @property {any} source
 * @property {CaptureLike | null} capture
 * @property {UploaderLike | null} uploader
 * @property {CaptureOptions} options
 * @property {boolean} consent
 * @property {boolean} review
 */

/**
 * @typedef {object} ControlEvents
 * @property {(model: Readonly<Model>) => void} changed
 * @property {() => void} shot The moment was caught.
 * @property {() => void} repeat The reason is to be read once more.
 * @property {(snapshot: Snapshot) => void} captured
 * @property {(receipt: Receipt) => void} delivered
 * @property {(error: CaptureError) => void} failed
 */

/**
 * @param {object} args
 * @param {Readonly<Settings>} args.settings Read whenever they are needed.
 * @param {ShowReview} args.showReview
 * @param {ControlEvents} args.on
 */
export function createControl({ settings, showReview, on }) {
  /** @type {Readonly<Model>} */
  let model = INITIAL;
  /** @type {ReturnType<typeof createTake> | null} */
  let take = null;
  /** @type {ReturnType<typeof watchSource> | null} */
  let watch = null;
  /** @type {ReturnType<typeof createDeliveries> | null} */
  let deliveries = null;
  /** Of uploaders that the page has replaced. @type {Set<ReturnType<typeof createDeliveries>>} */
  const retired = new Set();
  /** By id, what a disposed uploader has left to the next one. @type {Set<string>} */
  const left = new Set();
  /** The picture that the model shows, while it may have to be sent again. @type {Snapshot | null} */
  let unsent = null;
  /** Whose it is, as the uploader has told that was there at the click, or else the first to send it. @type {unknown} */
  let unsentOf;
  /** What the customer has agreed to last: to a picture of whom, from where. */
  let agreement = '';
  /** @type {any} */
  let agreedSource;
  /** Where the page has none. @type {Capture | null} */
  let own = null;
  let isAlive = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {Happening} happening */
  function happen(happening) {
    const before = model;
    const next = step(model, happening);
    model = next.model;
    if (model.shown === null || model.phase === 'delivered') unsent = null;
    letGo();
    if (model !== before) on.changed(model);
    next.commands.forEach(obey);
  }

  /** @param {Command} command */
  function obey(command) {
    switch (command.type) {
      case 'capture':
        take = begin(command.take, command.again);
        break;
      case 'time':
        clearTimeout(timer);
        timer = setTimeout(happen, CANCEL_APPEARS_AFTER_MS, { type: 'slow', take: command.take });
        break;
      case 'abort':
        take?.abort();
        break;
      case 'resend':
        deliver(command.id, 'resend');
        break;
      case 'repeat':
        on.repeat();
    }
  }

  /** Nobody's picture goes out as somebody else's, who has signed in meanwhile. @param {string} id @param {'send' | 'resend'} how */
  function deliver(id, how) {
    if (!unsent || !deliveries) undelivered(id, new CaptureError('upload-failed', 'There is no uploader any more'));
    else {
      const agentId = agentOf(deliveries.uploader);
      unsentOf = unsentOf ?? agentId;
      if (unsentOf === agentId) deliveries[how](unsent);
      else undelivered(id, new CaptureError('agent-mismatch', undefined, { details: { id } }));
    }
  }

  /** @param {number} number @param {boolean} again */
  function begin(number, again) {
    const { source, options, review, consent } = settings;
    const agentId = agentOf(settings.uploader);
    const isCurrent = () => isAlive && model.take === number;
    return createTake({
      capture: captureNow,
      source,
      options,
      consent: consent
        ? {
            // Who has agreed to a picture has agreed to a better one of themselves.
            has: (context) => again && agreedSource === source && agreement === JSON.stringify(context),
            keep(context) {
              agreedSource = source;
              agreement = JSON.stringify(context);
            },
          }
        : null,
      review: review ? showReview : null,
      on: {
        asking: () => happen({ type: 'asking', take: number }),
        answered: () => happen({ type: 'answered', take: number }),
        grabbed() {
          happen({ type: 'grabbed', take: number });
          on.shot();
        },
        retake: () => happen({ type: 'retake', take: number }),
        discarded: () => happen({ type: 'discarded', take: number }),
        captured(snapshot) {
          if (!isCurrent()) return;
          if (!review) on.shot();
          on.captured(snapshot);
          const delivers = deliveries !== null;
          happen({ type: 'captured', take: number, id: snapshot.id, delivers });
          if (!delivers) return;
          unsent = snapshot;
          unsentOf = agentId;
          deliver(snapshot.id, 'send');
        },
        stopped(error) {
          if (!isCurrent()) return;
          happen({ type: 'stopped', take: number, error });
          on.failed(error);
        },
      },
    });
  }

  function captureNow() {
    if (settings.capture) return settings.capture;
    own = own || createCapture();
    return own;
  }

  /** Tells the deliveries of the uploader that the page has now, and to their end those of the ones before. */
  function follow() {
    const uploader = isAlive ? settings.uploader : null;
    const old = deliveries;
    if (old?.uploader === uploader) return;
    deliveries = null;
    if (old) {
      retired.add(old);
      old.retire(() => retired.delete(old));
    }
    if (!isAlive) {
      for (const each of retired) each.end();
      left.clear();
    }
    if (!uploader) return;
    const told = /** @type {import('./deliveries.js').DeliveryEvents} */ ({
      progress: (id, progress) => happen({ type: 'progress', id, progress }),
      waiting: (id, isDurable) => happen({ type: 'waiting', id, isDurable }),
      delivered(id, receipt) {
        happen({ type: 'delivered', id });
        on.delivered(receipt);
      },
      undelivered,
    });
    deliveries = createDeliveries(uploader, told, left);
  }

  /** @param {string} id @param {CaptureError} error */
  function undelivered(id, error) {
    happen({ type: 'undelivered', id, error });
    on.failed(error);
  }

  function look() {
    watch?.end();
    watch = isAlive ? watchSource(settings.source, () => settings.options, tellReason) : null;
  }

  /** @param {import('../index.js').CaptureErrorCode | null} reason */
  function tellReason(reason) {
    happen({ type: 'source', reason });
  }

  /** What the page has not given, once nobody needs it: a take that has begun ends with what it began with. */
  function letGo() {
    if (isBusy(model) || (isAlive && !settings.capture)) return;
    own?.dispose();
    own = null;
  }

  return {
    model: () => model,
    cancel: () => happen({ type: 'cancel' }),
    retry: () => happen({ type: 'retry' }),
    /** @param {boolean} agreed */
    answer: (agreed) => take?.answer(agreed),

    /** @param {number} count Of the clicks in a row that this one is the last of. */
    click(count) {
      if (!isAlive) return;
      watch?.look();
      happen({ type: 'click', count });
    },

    begin() {
      isAlive = true;
      look();
      follow();
    },

    end() {
      happen({ type: 'removed' });
      isAlive = false;
      clearTimeout(timer);
      look();
      follow();
      letGo();
      take = null;
    },

    /** @param {'source' | 'capture' | 'uploader' | 'options'} name What the page has just set. */
    changed(name) {
      if (name === 'source') look();
      else if (name === 'uploader') follow();
      else if (name === 'options') watch?.look();
      else letGo();
    },
  };
}

/**
 * Whose pictures an uploader sends; undefined where it does not tell. What cannot be read is nobody's, not even the same
 * nobody's twice.
 * @param {UploaderLike | null} uploader @returns {unknown}
 */
function agentOf(uploader) {
  try {
    return uploader?.agentId;
  } catch {
    return {};
  }
}
