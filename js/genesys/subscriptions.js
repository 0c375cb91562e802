/** Listeners on other people's objects, so that one call takes all of them back. */

/** @typedef {ReturnType<typeof createSubscriptions>} Subscriptions */

export function createSubscriptions() {
  /** @type {(() => void)[]} */
  let takeBacks = [];

  return {
    /**
     * @param {import('./shapes.js').Emitter} emitter
     * @param {string} event
     * @param {(...args: any[]) => void} listener Not called after `dispose()`, also by an emitter that keeps it.
     */
    on(emitter, event, listener) {
      let isOn = true;
      const heard = (/** @type {any[]} */ ...args) => {
        if (isOn) listener(...args);
      };
      const answer = emitter.on(event, heard);
      takeBacks.push(() => {
        isOn = false;
        if (emitter.off) emitter.off(event, heard);
        else if (emitter.removeListener) emitter.removeListener(event, heard);
        // Others answer with what takes the listener back; Node's answer with themselves.
        else if (typeof answer === 'function') answer();
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

    /** Takes all back, each whatever came of the others. */
    dispose() {
      const all = takeBacks;
      takeBacks = [];
      for (const takeBack of all) {
        try {
          takeBack();
        } catch (error) {
          // A mistake in the emitter: whoever disposes of a source can do nothing about it.
          console.error(error);
        }
      }
    },
  };
}
