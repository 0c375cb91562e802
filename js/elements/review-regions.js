/**
 * The regions under review, with undo and redo: what is covered, what was suggested and is open, and what was suggested
 * and dropped. A gesture (a drag, an aim by keyboard) is one step of history, and can be taken back as if it had never
 * begun. Pure: every state is an array of its own, and none is altered.
 */
import { fitInside } from './review-geometry.js';

/** @import { RedactMode } from '../engine/border.js' */
/** @import { Rect, Size } from './review-geometry.js' */

/**
 * @typedef {object} RegionFacts
 * @property {number} id Stays the same through all changes; never used again.
 * @property {RedactMode} mode
 * @property {string} [color] Of 'fill'.
 * @property {boolean} [suggested] Came as a suggestion.
 * @property {boolean} [draft] A suggestion that is kept unless it is dropped: text that was found.
 * @property {'kept' | 'open' | 'dropped'} state Kept: it will be covered. Open: suggested, and not decided upon.
 */

/** @typedef {Rect & RegionFacts} ReviewRegion */
/** @typedef {ReturnType<typeof createRegions>} Regions */

/** As many as the core takes: MAX_REGIONS of engine/regions.js. */
export const MOST_REGIONS = 1000;

/**
 * @param {Size} picture
 * @param {() => void} [changed] Called after every change of what is to be seen.
 */
export function createRegions(picture, changed = () => {}) {
  /** @typedef {readonly ReviewRegion[]} State */
  /** @type {State} */
  let present = [];
  /** @type {State[]} */
  let past = [];
  /** @type {State[]} */
  let future = [];
  /** The state before the gesture under way. @type {State | undefined} */
  let held;
  let first = present;
  let lastId = 0;

  /** @param {State} next */
  function put(next) {
    if (!held) {
      past.push(present);
      future = [];
    }
    present = next;
    changed();
  }

  /** @param {number} id @param {Partial<ReviewRegion>} change */
  function alter(id, change) {
    const before = get(id);
    if (!before) return false;
    const after = { ...before, ...change };
    Object.assign(after, fitInside(after, picture));
    if (isSame(before, after)) return false;
    put(present.map((region) => (region === before ? after : region)));
    return true;
  }

  /** @param {number} id */
  function get(id) {
    return present.find((region) => region.id === id && region.state !== 'dropped');
  }

  /** @param {State[]} from @param {State[]} to */
  function travel(from, to) {
    keep();
    if (!canTravel(from)) return false;
    to.push(present);
    present = /** @type {State} */ (from.pop());
    changed();
    return true;
  }

  function keep() {
    const before = held;
    held = undefined;
    if (!before) return;
    // One that came back to where it began is no step.
    if (before.length === present.length && before.every((region, at) => isSame(region, present[at]))) present = before;
    else {
      past.push(before);
      future = [];
    }
    changed();
  }

  /** @param {ReviewRegion['state']} state */
  const inState = (state) => present.filter((region) => region.state === state);

  return {
    picture,
    get,
    /** Those that are to be seen, kept or open, in their order. */
    all: () => present.filter(({ state }) => state !== 'dropped'),
    kept: () => inState('kept'),
    open: () => inState('open'),
    dropped: () => inState('dropped'),
    /** Whatever has become of them. */
    drafts: () => present.filter(({ draft }) => draft),

    /** All drafts kept, or all dropped, as one step. @param {'kept' | 'dropped'} state @returns {boolean} Whether it changed anything. */
    decideAll(state) {
      const next = present.map((region) => (region.draft && region.state !== state ? { ...region, state } : region));
      const isOther = next.some((region, i) => region !== present[i]);
      if (!isOther || !fits(next)) return false;
      keep();
      put(next);
      return true;
    },

    /**
     * What is there from the start, or comes by itself: no step of history, and none is lost.
     * @param {Omit<ReviewRegion, 'id'>[]} regions
     * @returns {boolean} False where none is taken: with them more would be covered than the core takes.
     */
    load(regions) {
      const added = regions.map((region) => ({ ...region, ...fitInside(region, picture), id: ++lastId }));
      if (!fits([...present, ...added])) return false;
      /** The same state stays the same one. @type {Map<State, State>} */
      const states = new Map();
      /** @param {State} state */
      const extended = (state) => {
        const known = states.get(state) || [...state, ...added];
        states.set(state, known);
        return known;
      };
      present = extended(present);
      first = extended(first);
      past = past.map(extended);
      future = future.map(extended);
      if (held) held = extended(held);
      changed();
      return true;
    },

    /**
     * @param {Rect} rect @param {RedactMode} mode @param {string} [color]
     * @returns {number} Its id; 0 where there are as many as the core takes.
     */
    add(rect, mode, color) {
      if (inState('kept').length >= MOST_REGIONS) return 0;
      const id = ++lastId;
      const region = { ...fitInside(rect, picture), id, mode, color, state: /** @type {const} */ ('kept') };
      put([...present, region]);
      return id;
    },

    /** @param {number} id @param {Partial<Rect & { mode: RedactMode }>} change @returns {boolean} Whether it changed anything. */
    change: alter,

    /** A suggestion becomes a region. @param {number} id */
    accept: (id) => inState('kept').length < MOST_REGIONS && alter(id, { state: 'kept' }),

    /** What was suggested is kept in mind as dropped, accepted or not. @param {number} id */
    remove(id) {
      const gone = get(id);
      if (!gone) return false;
      if (gone.suggested) return alter(id, { state: 'dropped' });
      put(present.filter((region) => region !== gone));
      return true;
    },

    /** Begins a gesture; one that was under way is kept. */
    hold() {
      keep();
      held = present;
    },
    /** Ends it as one step of history. */
    keep,
    /** Ends it as if it had not begun. */
    restore() {
      if (!held) return;
      present = held;
      held = undefined;
      changed();
    },
    isHeld: () => held !== undefined,

    undo: () => travel(past, future),
    redo: () => travel(future, past),
    canUndo: () => canTravel(past),
    canRedo: () => canTravel(future),
    /** Whether anything is other than it came. */
    isTouched: () => present !== first,
  };
}

/** Whether the core takes all that is kept. @param {readonly Pick<ReviewRegion, 'state'>[]} state */
function fits(state) {
  return state.filter((region) => region.state === 'kept').length <= MOST_REGIONS;
}

/** What has come since may leave no room for the state before. @param {(readonly ReviewRegion[])[]} states */
function canTravel(states) {
  return states.length > 0 && fits(states[states.length - 1]);
}

/** @param {ReviewRegion} before @param {ReviewRegion} after With no less to it. */
function isSame(before, after) {
  const names = /** @type {(keyof ReviewRegion)[]} */ (Object.keys(after));
  return names.every((name) => after[name] === before[name]);
}
