/**
 * Mouse, pen and fingers on the surface: one pointer draws, moves or sizes; two only zoom and pan, and what the first had
 * begun is taken back. Two clicks do what a drag does. The pointer is captured, so that a drag may leave the surface; one
 * that is cancelled (a call comes in, the palm touches) leaves the regions as they were. The wheel's button only pans.
 *
 *   idle ── down ─► pressed ── moved ─► drawing, moving, sizing, panning ── up ─► idle (kept)
 *                      │                      └── cancel, second finger ────────► (restored)
 *                      └── up ─► a click: the first corner, or the second
 */

/** @import { Handle, Point } from './review-geometry.js' */

/** @typedef {{ id: number, handle?: Handle }} Grip A region that is taken by its middle, or by a handle. */

/**
 * @typedef {object} PointerEnds
 * @property {(target: EventTarget | null, at: Point) => Grip | undefined} gripOf
 * @property {() => boolean} isPanning Whether one pointer pans.
 * @property {(grip: Grip | undefined) => void} press
 * @property {(grip: Grip | undefined, from: Point) => void} begin
 * @property {(to: Point) => void} drag
 * @property {() => void} keep
 * @property {() => void} restore
 * @property {(at: Point, grip: Grip | undefined) => void} click
 * @property {(dx: number, dy: number) => boolean} pan Whether there was anything to see there.
 * @property {(factor: number, at: Point) => void} zoom
 */

/** In CSS pixels: a shorter way is a click, whatever the hand trembled. */
const TREMBLE = 4;

/** Zoom per pixel of a wheel, as an exponent. */
const WHEEL = 0.005;

/** @param {HTMLElement} surface @param {PointerEnds} ends All points are on the surface, in CSS pixels. */
export function followPointers(surface, ends) {
  /** @type {Map<number, Point>} */
  const down = new Map();
  /** @type {'idle' | 'pressed' | 'edit' | 'pan' | 'pinch' | 'spent'} */
  let stage = 'idle';
  /** @type {Point} */
  let from = { x: 0, y: 0 };
  /** @type {Grip | undefined} */
  let grip;
  let pans = false;
  let isWheel = false;

  /** @param {MouseEvent} event @returns {Point} */
  function pointOf(event) {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left - surface.clientLeft, y: event.clientY - box.top - surface.clientTop };
  }

  function restore() {
    if (stage === 'edit') ends.restore();
    stage = 'spent';
  }

  /** @param {PointerEvent} event */
  function press(event) {
    if (event.button > 1 || down.size > 1) return;
    // Neither a selection nor a focus that the browser chooses, nor the wheel button's own scrolling.
    event.preventDefault();
    const point = pointOf(event);
    down.set(event.pointerId, point);
    try {
      surface.setPointerCapture(event.pointerId);
    } catch {
      // It is up again already.
    }
    if (down.size === 2) {
      restore();
      stage = 'pinch';
      return;
    }
    from = point;
    isWheel = event.button === 1;
    pans = isWheel || ends.isPanning();
    grip = pans ? undefined : ends.gripOf(event.target, point);
    stage = 'pressed';
    ends.press(grip);
  }

  /** @param {PointerEvent} event */
  function move(event) {
    const before = down.get(event.pointerId);
    if (!before) return;
    // The button was let go where nobody told: outside of the window, over a menu. What was drawn until then is kept.
    if (event.pointerType === 'mouse' && event.buttons === 0) {
      if (stage === 'pressed') cancel(event);
      else lift(event);
      return;
    }
    const point = pointOf(event);
    if (stage === 'pressed') {
      if (Math.hypot(point.x - from.x, point.y - from.y) < TREMBLE) return;
      stage = pans ? 'pan' : 'edit';
      if (stage === 'edit') ends.begin(grip, from);
    }
    if (stage === 'pinch') {
      const [other] = Array.from(down).filter(([id]) => id !== event.pointerId);
      if (other) pinch(before, point, other[1]);
    }
    down.set(event.pointerId, point);
    if (stage === 'edit') ends.drag(point);
    else if (stage === 'pan') ends.pan(point.x - before.x, point.y - before.y);
  }

  /** @param {Point} before @param {Point} now @param {Point} other The finger that rests. */
  function pinch(before, now, other) {
    const apart = (/** @type {Point} */ point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    ends.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    ends.zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }

  /** @param {PointerEvent} event */
  function lift(event) {
    if (!down.delete(event.pointerId)) return;
    if (stage === 'edit') ends.keep();
    else if (stage === 'pressed' && !isWheel) ends.click(from, grip);
    stage = down.size > 0 ? 'spent' : 'idle';
  }

  /** @param {PointerEvent} event */
  function cancel(event) {
    if (!down.delete(event.pointerId)) return;
    restore();
    if (down.size === 0) stage = 'idle';
  }

  surface.addEventListener('pointerdown', press);
  surface.addEventListener('pointermove', move);
  surface.addEventListener('pointerup', lift);
  surface.addEventListener('pointercancel', cancel);
  // After `pointerup` it is known already; alone, the surface has gone from under the pointer.
  surface.addEventListener('lostpointercapture', cancel);
  surface.addEventListener(
    'wheel',
    (event) => {
      const isZoom = event.ctrlKey || event.metaKey;
      if (isZoom) ends.zoom(Math.exp(-event.deltaY * WHEEL), pointOf(event));
      // Where all is seen, the wheel is the page's.
      if (isZoom || ends.pan(-event.deltaX, -event.deltaY)) event.preventDefault();
      // Another place of the picture is under the pointer that draws.
      if (stage === 'edit') ends.drag(pointOf(event));
    },
    { passive: false },
  );

  return {
    /** Takes back what is under way. @returns {boolean} Whether anything was. */
    restore() {
      const wasEditing = stage === 'edit';
      restore();
      if (down.size === 0) stage = 'idle';
      return wasEditing;
    },
  };
}
