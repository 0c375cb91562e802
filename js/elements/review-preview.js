/**
 * The core's preview behind a drag: one request is under way at most, and of those that come meanwhile only the newest is
 * asked for next. Pure but for time.
 */

/**
 * @template R, P
 * @param {object} ends
 * @param {(request: R) => Promise<P>} ends.ask
 * @param {(preview: P, request: R) => void} ends.show
 * @param {(preview: P) => void} ends.release One that came too late.
 * @param {(error: unknown) => void} ends.fail
 */
export function createPreviews({ ask, show, release, fail }) {
  /** @type {R | undefined} */
  let next;
  let isBusy = false;
  let isEnded = false;

  async function run() {
    isBusy = true;
    while (next !== undefined && !isEnded) {
      const request = next;
      next = undefined;
      try {
        const preview = await ask(request);
        if (isEnded) release(preview);
        else show(preview, request);
      } catch (error) {
        if (!isEnded) fail(error);
      }
    }
    isBusy = false;
  }

  return {
    /** @param {R} request */
    want(request) {
      next = request;
      if (!isBusy && !isEnded) run();
    },
    end() {
      isEnded = true;
    },
  };
}
