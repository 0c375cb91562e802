/**
 * Editing by keyboard, as a machine: keys in, changes of the regions out, no DOM. Two places have the focus in turn.
 *
 *   surface ── arrows ──► the cursor moves
 *           ── Enter, n ─► aiming: a region at the cursor   ── arrows, Shift+arrows ─► it moves, it is sized
 *                                                            ── Enter ─► kept     ── Escape ─► as before
 *   region  ── arrows, Shift+arrows ─► it moves, it is sized ── Delete ─► gone     ── m ─► the next mode
 *           ── Enter ─► a suggestion is accepted
 */
import { clamp, middleOf } from './review-geometry.js';
import { MODES } from './review-mode.js';

/** @import { RedactMode } from '../engine/border.js' */
/** @import { Point } from './review-geometry.js' */
/** @import { Regions } from './review-regions.js' */

/** @typedef {{ key: string, shift?: boolean, primary?: boolean }} Key `primary`: Control, or Command. */
/**
 * What has happened, for the announcement and the focus; undefined: the key is not ours.
 * @typedef {'cursor' | 'aiming' | 'changed' | 'added' | 'dropped' | 'full' | 'removed' | 'accepted' | 'undone' | 'redone' | 'nothing'} Outcome
 */

/** @type {Record<string, readonly [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @typedef {ReturnType<typeof createKeyboard>} Keyboard */

/**
 * @param {Regions} regions
 * @param {object} settings
 * @param {() => number} settings.step In the picture's pixels: what one arrow moves by.
 * @param {() => RedactMode} settings.mode Of new regions.
 */
export function createKeyboard(regions, { step, mode }) {
  const { width, height } = regions.picture;
  /** @type {Point} */
  let cursor = { x: Math.round(width / 2), y: Math.round(height / 2) };
  /** The region at the cursor; 0: none. */
  let aimed = 0;

  /** @param {number} id @param {readonly [number, number]} arrow @param {boolean} isSize @returns {Outcome} */
  function nudge(id, [dx, dy], isSize) {
    const region = regions.get(id);
    if (!region) return 'nothing';
    const by = step();
    const change = isSize
      ? {
          width: Math.min(region.width + dx * by, width - region.x),
          height: Math.min(region.height + dy * by, height - region.y),
        }
      : { x: region.x + dx * by, y: region.y + dy * by };
    return regions.change(id, change) ? 'changed' : 'nothing';
  }

  /** @returns {Outcome} */
  function keep() {
    if (!aimed) return 'nothing';
    const region = regions.get(aimed);
    aimed = 0;
    regions.keep();
    if (region) cursor = middleOf(region);
    return 'added';
  }

  /** @returns {Outcome} */
  function drop() {
    if (!aimed) return 'nothing';
    aimed = 0;
    regions.restore();
    return 'dropped';
  }

  /** @returns {Outcome} */
  function put() {
    const size = { width: Math.round(width / 5), height: Math.round(height / 5) };
    regions.hold();
    const at = { x: cursor.x - size.width / 2, y: cursor.y - size.height / 2 };
    aimed = regions.add({ ...at, ...size }, mode());
    if (!aimed) regions.restore();
    return aimed ? 'aiming' : 'full';
  }

  return {
    cursor: () => cursor,
    aimed: () => aimed,
    /** @param {Point} point */
    moveCursor(point) {
      cursor = { x: clamp(point.x, 0, width), y: clamp(point.y, 0, height) };
    },
    /** For when the focus leaves: what is aimed at is covered, which is the safe side. */
    keep,

    /**
     * @param {Key} pressed @param {number} [id] The region that has the focus; none: the surface has it.
     * @returns {Outcome | undefined}
     */
    press({ key, shift = false, primary = false }, id = 0) {
      const letter = key.length === 1 ? key.toLowerCase() : key;
      if (primary) {
        if (letter === 'y' || (letter === 'z' && shift)) return endAim() && regions.redo() ? 'redone' : 'nothing';
        if (letter === 'z') return endAim() && regions.undo() ? 'undone' : 'nothing';
        return undefined;
      }
      const arrow = ARROWS[key];
      if (aimed) {
        if (arrow) return nudge(aimed, arrow, shift);
        if (key === 'Enter' || key === ' ') return keep();
        if (key === 'Escape') return drop();
        if (letter === 'm') return nextMode(aimed);
        return undefined;
      }
      if (!id) {
        if (arrow) {
          const by = step() * (shift ? 4 : 1);
          this.moveCursor({ x: cursor.x + arrow[0] * by, y: cursor.y + arrow[1] * by });
          return 'cursor';
        }
        return key === 'Enter' || key === ' ' || letter === 'n' ? put() : undefined;
      }
      if (arrow) return nudge(id, arrow, shift);
      if (key === 'Delete' || key === 'Backspace') return regions.remove(id) ? 'removed' : 'nothing';
      if (key === 'Enter' || key === ' ') {
        if (regions.accept(id)) return 'accepted';
        return regions.get(id)?.state === 'open' ? 'full' : 'nothing';
      }
      return letter === 'm' ? nextMode(id) : undefined;
    },
  };

  function endAim() {
    keep();
    return true;
  }

  /** @param {number} id @returns {Outcome} */
  function nextMode(id) {
    const region = regions.get(id);
    if (!region) return 'nothing';
    regions.change(id, { mode: MODES[(MODES.indexOf(region.mode) + 1) % MODES.length] });
    return 'changed';
  }
}
