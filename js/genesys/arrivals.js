/**
 * Which interaction a participant belongs to, where a client tells only which one the agent is at: the one that was
 * active when they came, or the first one after that.
 */

/** @typedef {{ interactionId: string | null, guess?: 'interaction' }} Candidate */

/** @param {() => string | null} activeInteraction May throw while the client is not ready. */
export function createArrivals(activeInteraction) {
  /**
   * The interactions that each has come under; also of those who left, who may come back.
   * @type {Map<unknown, Set<string>>}
   */
  const cameUnder = new Map();
  /** Who has come and is not in `cameUnder` for it yet. @type {Set<unknown>} */
  const unbound = new Set();
  /** Who has come in this turn of the event loop. @type {Set<unknown>} */
  const arriving = new Set();

  /** @param {string | null} active */
  function bind(active) {
    if (active === null) return;
    for (const key of Array.from(unbound)) {
      if (arriving.has(key)) continue;
      unbound.delete(key);
      cameUnder.set(key, (cameUnder.get(key) || new Set()).add(active));
    }
  }

  function look() {
    try {
      bind(activeInteraction());
    } catch {
      // Asked again by the next `targets()`, whose caller gets to see the error.
    }
  }

  return {
    bind,

    /** Asks which interaction is active now. To be called often: one that nobody has looked at is not known later. */
    look,

    /** @param {unknown} key Of somebody who was not there before. */
    come(key) {
      unbound.add(key);
      arriving.add(key);
      // A client may tell of the participant just before it makes their interaction the active one.
      Promise.resolve().then(() => {
        arriving.delete(key);
        look();
      });
    },

    /** @param {unknown} key */
    leave(key) {
      unbound.delete(key);
    },

    /**
     * The active interaction first. It is a guess where the participant has come under another; where they have come
     * under several, each is.
     * @param {unknown} key @param {string | null} active
     * @returns {Candidate[]}
     */
    interactionsOf(key, active) {
      const came = Array.from(cameUnder.get(key) || []);
      const certain = came.length === 0 ? active : came[0];
      return Array.from(new Set([active, ...came]), (interactionId) =>
        came.length < 2 && interactionId === certain ? { interactionId } : { interactionId, guess: 'interaction' },
      );
    },
  };
}
