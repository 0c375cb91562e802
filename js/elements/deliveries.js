/** What becomes of the pictures that a button hands to an uploader. */
import { toCaptureError } from './errors.js';

/** @import { CaptureError, Snapshot } from '../index.js' */
/** @import { Receipt, Uploader } from '../upload/index.js' */

/**
 * What the button needs of an uploader: the package's own has it. Without `on`, a try that failed and will be repeated
 * looks like one that goes on, and what waits for the next uploader goes on waiting; without `retry`, a picture that was
 * given up is sent anew; by `agentId`, no picture of one agent goes to another's.
 * @typedef {Pick<Uploader, 'send'> & Partial<Pick<Uploader, 'on' | 'retry' | 'agentId'>>} UploaderLike
 */

/**
 * @typedef {object} DeliveryEvents
 * @property {(id: string, progress: number) => void} progress 0..1
 * @property {(id: string, isDurable: boolean) => void} waiting A try failed, and another will come.
 * @property {(id: string, receipt: Receipt) => void} delivered
 * @property {(id: string, error: CaptureError) => void} undelivered
 */

/**
 * @param {UploaderLike} uploader
 * @param {DeliveryEvents} on
 * @param {Set<string>} left What a disposed uploader has left in its queue, and the next one of that queue delivers.
 */
export function createDeliveries(uploader, on, left) {
  /** Nobody, once this has ended: an uploader may hold on to a picture for days, and must not hold the element. */
  let told = /** @type {DeliveryEvents | null} */ (on);
  /** Under way. @type {Map<string, { interactionId: string | null, isDurable?: boolean }>} */
  const open = new Map();
  /** By interaction, the picture that failed and holds up those behind it: they go out in their order. @type {Map<string | null, string>} */
  const first = new Map();
  let becameIdle = () => {};

  const takeBack = [
    uploader.on?.('queued', ({ item: { id, interactionId, durable } }) => {
      const one = open.get(id);
      if (!one) return;
      one.isDurable = durable;
      if (first.has(interactionId)) told?.waiting(id, durable);
    }),
    uploader.on?.('failed', ({ id, error, willRetry, item: { interactionId, durable } }) => {
      if (willRetry) {
        first.set(interactionId, id);
        told?.waiting(id, durable);
        for (const [other, one] of open) {
          const isBehind = other !== id && one.interactionId === interactionId;
          if (isBehind) told?.waiting(other, one.isDurable ?? durable);
        }
      } else if (left.delete(id)) told?.undelivered(id, error);
    }),
    uploader.on?.('delivered', ({ id, receipt }) => {
      if (left.delete(id)) told?.delivered(id, receipt);
    }),
  ];

  /** @param {Snapshot} snapshot @param {boolean} isAgain It was given up. */
  async function deliver(snapshot, isAgain) {
    const { id, interactionId } = snapshot;
    open.set(id, { interactionId });
    try {
      // False, or an error, is no end: `send` says what is the matter.
      if (isAgain) await Promise.resolve(uploader.retry?.(id)).catch(() => {});
      const receipt = await uploader.send(snapshot, {
        onProgress({ loaded, total }) {
          if (first.get(interactionId) !== id) first.delete(interactionId);
          told?.progress(id, total > 0 ? Math.min(1, loaded / total) : 0);
        },
      });
      told?.delivered(id, receipt);
    } catch (cause) {
      const error = toCaptureError(cause, 'upload-failed', 'The uploader failed');
      if (error.code !== 'disposed' || !error.details?.kept) told?.undelivered(id, error);
      else if (told) {
        left.add(id);
        told.waiting(id, true);
      }
    }
    open.delete(id);
    if (first.get(interactionId) === id) first.delete(interactionId);
    if (open.size === 0) becameIdle();
  }

  function end() {
    told = null;
    for (const leave of takeBack) if (typeof leave === 'function') leave();
  }

  return {
    uploader,
    /** @param {Snapshot} snapshot */
    send: (snapshot) => deliver(snapshot, false),
    /** One that was given up. @param {Snapshot} snapshot */
    resend: (snapshot) => deliver(snapshot, true),
    end,

    /** The page has another uploader now: this ends once all is told of that is under way. @param {() => void} ended */
    retire(ended) {
      becameIdle = () => {
        end();
        ended();
      };
      if (open.size === 0) becameIdle();
    },
  };
}
