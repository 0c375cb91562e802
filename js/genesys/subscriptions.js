/** Listeners on other people's objects, so that one call takes all of them back. */
import { attempt } from '../attempt.js';

/** @typedef {ReturnType<typeof createSubscriptions>} Subscriptions */

export function createSubscriptions() {
  /** @type {(() => void)[]} */
  const takeBacks = [];

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
        const off = emitter.off || emitter.removeListener;
        if (off) off.call(emitter, event, heard);
        // Others answer with what takes the listener back; Node's answer with themselves.
        else if (typeof answer === 'function') answer();
      });
    },

    /** @param {EventTarget | undefined} target @param {string[]} events @param {() => void} listener */
    listen(target, events, listener) {
      if (!target?.addEventListener) return;
      for (const event of events) target.addEventListener(event, listener);
      takeBacks.push(() => {
        for (const event of events) target.removeEventListener(event, listener);
      });
    },

    /** Takes all back, each whatever came of the others: a mistake in an emitter is not for whoever disposes of a source. */
    dispose: () => attempt(...takeBacks.splice(0)),
  };
}

/** @param {any} value @returns {value is import('./shapes.js').Emitter} */
export function isEmitter(value) {
  return typeof value?.on === 'function';
}
