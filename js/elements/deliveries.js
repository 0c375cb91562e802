/** What becomes of the pictures that a button hands to an uploader. */
import { toCaptureError } from './errors.js';

/** @import { CaptureError, Snapshot } from '../index.js' */
/** @import { Receipt, Uploader } from '../upload/index.js' */

/**
 * What the button needs of an uploader: the package's own has it. Without `on`, a try that failed and will be repeated
 * looks like one that goes on; without `retry`, a picture that was given up is sent anew.
 * @typedef {Pick<Uploader, 'send'> & Partial<Pick<Uploader, 'on' | 'retry'>>} UploaderLike
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
 */
export function createDeliveries(uploader, on) {
  /** Nobody, once this has ended: an uploader may hold on to a picture for days, and must not hold the element. */
  let told = /** @type {DeliveryEvents | null} */ (on);
  const takeBack = uploader.on?.('failed', ({ id, willRetry, item }) => {
    if (willRetry) told?.waiting(id, item.durable);
  });

  /** How many are under way. */
  let open = 0;
  let becameIdle = () => {};

  /** @param {Snapshot} snapshot @param {boolean} isAgain It was given up. */
  async function deliver(snapshot, isAgain) {
    const { id } = snapshot;
    open++;
    try {
      // False, or an error, is no end: `send` says what is the matter.
      if (isAgain) await Promise.resolve(uploader.retry?.(id)).catch(() => {});
      const receipt = await uploader.send(snapshot, {
        onProgress: ({ loaded, total }) => told?.progress(id, total > 0 ? Math.min(1, loaded / total) : 0),
      });
      told?.delivered(id, receipt);
    } catch (cause) {
      const error = toCaptureError(cause, 'upload-failed', 'The uploader failed');
      // The next uploader of the same queue delivers it.
      if (error.code === 'disposed' && error.details?.kept) told?.waiting(id, true);
      else told?.undelivered(id, error);
    }
    open--;
    if (open === 0) becameIdle();
  }

  function end() {
    told = null;
    if (typeof takeBack === 'function') takeBack();
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
      if (open === 0) becameIdle();
    },
  };
}
