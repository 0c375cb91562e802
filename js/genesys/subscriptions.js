/** Listeners on other people's objects, so that one call takes all of them back. */

/** @typedef {ReturnType<typeof createSubscriptions>} Subscriptions */

export function createSubscriptions() {
  /** @type {(() => void)[]} */
  let takeBacks = [];

  return {
    /**
     * @param {import('./shapes.js').Emitter} emitter
     * @param {string} event
     * @param {(...args: any[]) => void} listener
     */
    on(emitter, event, listener) {
      const takeBack = emitter.on(event, listener);
      takeBacks.push(() => {
        if (emitter.off) emitter.off(event, listener);
        else if (emitter.removeListener) emitter.removeListener(event, listener);
        else if (typeof takeBack === 'function') takeBack();
      });
    },

    /** @param {EventTarget | undefined} target @param {string[]} events @param {() => void} listener */
    listen(target, events, listener) {
      if (!target || typeof target.addEventListener !== 'function') return;
      for (const event of events) target.addEventListener(event, listener);
      takeBacks.push(() => {
        for (const event of events) target.removeEventListener(event, listener);
      });
    },

    dispose() {
      for (const takeBack of takeBacks) takeBack();
      takeBacks = [];
    },
  };
}
