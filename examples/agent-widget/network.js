/**
 * Plays what goes wrong between the uploader and the middleware: a connection that is gone, one that is slow, a service
 * that fails. Uploads alone pass through here; all else of the page is as it is.
 */

/** @typedef {'normal' | 'slow' | 'offline' | 'failing'} Way */

/** How a slow line moves on: in so many steps of so many ms. */
const SLOW = { steps: 10, ms: 400 };
/** What a service says that cannot reach its store. */
const FAILURE = {
  status: 503,
  retryAfter: '5',
  text: '{"error":"The store cannot be reached","code":"storage-unavailable"}',
};

/** @param {string} address Of uploads. */
export function createNetwork(address) {
  /** @type {Way} */
  let way = 'normal';
  const Real = globalThis.XMLHttpRequest;

  class SimulatedRequest extends Real {
    #isUpload = false;
    #hasFailed = false;
    #isOver = false;

    /** @param {any[]} rest */
    open(method = '', url = '', ...rest) {
      this.#isUpload = String(url).endsWith(address);
      super.open(method, url, .../** @type {[boolean]} */ (rest));
    }

    /** @param {XMLHttpRequestBodyInit | null} [body] */
    async send(body) {
      const now = this.#isUpload ? way : 'normal';
      if (now === 'offline') {
        await Promise.resolve();
        if (!this.#isOver) this.dispatchEvent(new ProgressEvent('error'));
        return;
      }
      if (now === 'slow') await this.#crawl();
      if (this.#isOver) return;
      if (now !== 'failing') return super.send(body);
      await new Promise((resolve) => setTimeout(resolve, SLOW.ms));
      this.#hasFailed = true;
      if (!this.#isOver) this.dispatchEvent(new ProgressEvent('load'));
    }

    abort() {
      this.#isOver = true;
      super.abort();
    }

    async #crawl() {
      for (let step = 1; step <= SLOW.steps && !this.#isOver; step += 1) {
        await new Promise((resolve) => setTimeout(resolve, SLOW.ms));
        this.upload.dispatchEvent(new ProgressEvent('progress', { loaded: step, total: SLOW.steps + 1 }));
      }
    }

    get status() {
      return this.#hasFailed ? FAILURE.status : super.status;
    }

    get responseText() {
      return this.#hasFailed ? FAILURE.text : super.responseText;
    }

    /** @param {string} name */
    getResponseHeader(name) {
      if (this.#hasFailed) return name.toLowerCase() === 'retry-after' ? FAILURE.retryAfter : null;
      return super.getResponseHeader(name);
    }
  }

  return {
    /** @param {Way} next */
    set(next) {
      way = next;
      // Nothing of it is left where everything is as it should be.
      globalThis.XMLHttpRequest = next === 'normal' ? Real : SimulatedRequest;
    },
  };
}
