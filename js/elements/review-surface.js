/**
 * The picture and what lies on it: the core's preview on a canvas, a frame for each region, eight handles for the chosen
 * one, the cursor of the keyboard. Places are set by CSSOM; the page draws nothing over a region itself: what is seen under
 * a frame comes from the core.
 */
import { create, setAttribute, setText } from './create.js';
import { between, HANDLES, handleAreas, isMiddle, isWithin, middleOf, resize } from './review-geometry.js';
import { createKeyboard } from './review-keyboard.js';
import { followPointers } from './review-pointer.js';
import { centred, panned, resized, revealed, toPicture, toSurface, wholeView, zoomed } from './review-view.js';
import { fill } from './strings.js';

/** @import { RedactMode } from '../engine/border.js' */
/** @import { Handle, Point, Rect } from './review-geometry.js' */
/** @import { Outcome } from './review-keyboard.js' */
/** @import { Grip } from './review-pointer.js' */
/** @import { Regions } from './review-regions.js' */
/** @import { Words } from './review-words.js' */

/** In CSS pixels: what one press of an arrow moves by, so that it is finer the closer one looks. */
const STEP = 8;

/** In CSS pixels: two clicks that are nearer to each other are a double click, and one corner. */
const APART = 8;

/** @typedef {ReturnType<typeof createSurface>} Surface */

/**
 * @param {object} review
 * @param {Regions} review.regions
 * @param {() => Words} review.words
 * @param {() => RedactMode} review.mode Of new regions.
 * @param {(text: string) => void} review.say
 * @param {(id: number) => void} review.choose A region has been chosen; 0: none.
 * @param {() => void} review.seen Called where other pixels are needed: the view has changed.
 */
export function createSurface({ regions, words, mode, say, choose, seen }) {
  const { picture } = regions;
  const canvas = create('canvas', { part: 'picture' });
  canvas.setAttribute('aria-hidden', 'true');
  const cursor = create('div', { className: 'cursor', hidden: true });
  const corner = create('div', { className: 'corner', hidden: true });
  const grips = HANDLES.map((handle) => {
    const grip = create('div', { className: 'grip', part: 'handle', hidden: true }, create('i'));
    grip.dataset.handle = handle;
    grip.style.cursor = `${handle}-resize`;
    return grip;
  });
  const element = create(
    'div',
    { className: 'surface', part: 'surface', tabIndex: 0 },
    canvas,
    ...grips,
    cursor,
    corner,
  );
  element.setAttribute('role', 'application');
  element.setAttribute('aria-describedby', 'keys');
  element.style.setProperty('--_ratio', String(picture.width / picture.height));

  let view = wholeView(picture, { width: picture.width, height: picture.height });
  let chosen = 0;
  let isPanning = false;
  /** The first of two clicks. @type {Point | undefined} */
  let first;
  /** @type {Map<number, HTMLElement>} */
  const boxes = new Map();
  const keyboard = createKeyboard(regions, { step: () => Math.max(1, Math.round(STEP / view.scale)), mode });

  /** @param {HTMLElement} on @param {Rect} rect On the surface. */
  function place(on, { x, y, width, height }) {
    Object.assign(on.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  }

  /** A frame for each region, in their order. */
  function frames() {
    const all = regions.all();
    const ids = new Set(all.map(({ id }) => id));
    for (const [id, box] of boxes) {
      if (ids.has(id)) continue;
      boxes.delete(id);
      // The keys go on working where the region was.
      if (box.matches(':focus')) element.focus({ preventScroll: true });
      box.remove();
    }
    all.forEach((region, index) => {
      const { id, state } = region;
      let box = boxes.get(id);
      if (!box) {
        box = create('div', { className: 'box', part: 'region', tabIndex: 0 }, create('span', { className: 'number' }));
        box.setAttribute('role', 'button');
        box.dataset.id = String(id);
        boxes.set(id, box);
      }
      // After the canvas. Tab goes through them as through the list, also where undo has brought one back.
      const next = element.children[index + 1];
      if (next !== box) element.insertBefore(box, next);
      place(box, toSurface(view, region));
      setText(/** @type {Node} */ (box.firstChild), words().number(index + 1));
      setAttribute(box, 'data-open', state === 'open');
      setAttribute(box, 'data-draft', region.draft);
      // A hundred places of text are no way to go through by Tab: the list has them.
      box.tabIndex = region.draft && id !== chosen ? -1 : 0;
      setAttribute(box, 'data-chosen', id === chosen);
      setAttribute(box, 'aria-label', words().region(region, regions));
    });
  }

  function layout() {
    place(canvas, toSurface(view, { x: 0, y: 0, ...picture }));
    frames();
    const region = regions.get(chosen);
    const areas = region ? handleAreas(toSurface(view, region), view.surface) : [];
    grips.forEach((grip, index) => {
      const area = areas[index];
      grip.hidden = !area?.isSeen;
      if (!area) return;
      place(grip, area);
      const mark = /** @type {HTMLElement} */ (grip.firstChild);
      Object.assign(mark.style, { left: `${area.mark.x}px`, top: `${area.mark.y}px` });
    });
    place(cursor, toSurface(view, { ...keyboard.cursor(), width: 0, height: 0 }));
    corner.hidden = !first;
    if (first) place(corner, toSurface(view, { ...first, width: 0, height: 0 }));
    setAttribute(element, 'data-panning', isPanning);
  }

  /** @param {typeof view} next @returns {boolean} Whether it is another. */
  function look(next) {
    const isOther = next.x !== view.x || next.y !== view.y || next.scale !== view.scale;
    const isFiner = next.scale !== view.scale;
    view = next;
    layout();
    if (isFiner) seen();
    return isOther;
  }

  /** Near what the agent works on, else in the middle. @param {number} factor */
  function zoom(factor) {
    const region = regions.get(chosen);
    if (region) look(centred(view, middleOf(region)));
    look(zoomed(view, factor, middleOf(view.surface)));
  }

  /** @param {number} id */
  function select(id) {
    if (chosen === id) return;
    chosen = id;
    layout();
    choose(id);
  }

  /** @param {number} id */
  function focus(id) {
    const box = boxes.get(id);
    (box || element).focus({ preventScroll: true });
  }

  /** The region's line. @param {number} id @param {'areaKept'} [name] A sentence around it. */
  function sayRegion(id, name) {
    const region = regions.get(id);
    if (!region) return;
    const line = words().region(region, regions);
    say(name ? fill(words().strings[name], { line }) : line);
  }

  /** The region that something belongs to; 0: none. @param {EventTarget | null} target */
  function idOf(target) {
    const box = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest('.box'));
    return box ? Number(box.dataset.id) : 0;
  }

  /** @type {Grip | undefined} */
  let grip;
  /** @type {Rect | undefined} */
  let start;
  /** Where the drag began, on the picture: the view may move under it. */
  let anchor = { x: 0, y: 0 };
  /** The region being drawn, moved or sized. */
  let edited = 0;

  /** @param {Point} a @param {Point} b */
  const drawn = (a, b) => between(a, b, picture);

  const pointers = followPointers(element, {
    gripOf(target, at) {
      if (!(target instanceof Element)) return undefined;
      const handle = /** @type {HTMLElement | null} */ (target.closest('.grip'));
      const region = regions.get(chosen);
      if (handle && region) {
        const isMoved = isMiddle(toSurface(view, region), at);
        return { id: chosen, handle: isMoved ? undefined : /** @type {Handle} */ (handle.dataset.handle) };
      }
      const id = idOf(target);
      return id ? { id } : undefined;
    },
    isPanning: () => isPanning,
    press(on) {
      keyboard.keep();
      if (on) focus(on.id);
      else element.focus({ preventScroll: true });
      cursor.hidden = true;
      if (!isPanning && !first) select(on ? on.id : 0);
    },
    begin(on, from) {
      first = undefined;
      regions.hold();
      grip = on;
      start = on && regions.get(on.id);
      anchor = toPicture(view, from);
      edited = on ? on.id : regions.add(drawn(anchor, anchor), mode());
      if (!edited) say(words().strings.tooMany);
      select(edited);
    },
    drag(at) {
      const to = toPicture(view, at);
      const by = { x: to.x - anchor.x, y: to.y - anchor.y };
      if (!start) regions.change(edited, drawn(anchor, to));
      else if (grip?.handle) regions.change(edited, resize(start, grip.handle, by, picture));
      else regions.change(edited, { x: start.x + by.x, y: start.y + by.y });
    },
    keep() {
      regions.keep();
      sayRegion(edited);
    },
    restore() {
      regions.restore();
      select(0);
    },
    click(at, on) {
      const point = toPicture(view, at);
      const region = on && regions.get(on.id);
      if (isPanning) look(centred(view, point));
      else if (first) {
        if (Math.hypot(point.x - first.x, point.y - first.y) * view.scale < APART) return;
        const rect = drawn(first, point);
        first = undefined;
        const id = regions.add(rect, mode());
        select(id);
        if (id) sayRegion(id, 'areaKept');
        else say(words().strings.tooMany);
      } else if (region && isWithin(region, point)) sayRegion(region.id);
      else {
        // Where a handle of the chosen one reaches further than anybody sees.
        if (on) this.press(undefined);
        first = point;
        keyboard.moveCursor(point);
        say(words().strings.firstCorner);
        layout();
      }
    },
    pan: (dx, dy) => look(panned(view, dx, dy)),
    zoom: (factor, at) => look(zoomed(view, factor, at)),
  });

  /** The drag under way, or the first of two corners. @returns {boolean} Whether there was one. */
  function takeBack() {
    if (!pointers.restore() && !first) return false;
    first = undefined;
    say(words().strings.areaDropped);
    layout();
    return true;
  }

  /** @param {Outcome} outcome @param {number} id @param {boolean} isSize */
  function tell(outcome, id, isSize) {
    const { strings } = words();
    const aimed = keyboard.aimed() || id;
    const region = regions.get(aimed);
    if (region && outcome !== 'cursor') look(revealed(view, region));
    if (outcome === 'cursor') {
      const at = keyboard.cursor();
      look(revealed(view, { x: at.x, y: at.y, width: 1, height: 1 }));
      say(fill(strings.cursorAt, { place: words().place({ ...at, width: 0, height: 0 }, picture) }));
    } else if (outcome === 'aiming' || outcome === 'changed' || outcome === 'accepted') {
      select(aimed);
      const line = region ? words().region(region, regions) : '';
      say(isSize && region ? `${line}. ${words().size(region, picture)}` : line);
    } else if (outcome === 'added') sayRegion(chosen, 'areaKept');
    else if (outcome === 'dropped') say(strings.areaDropped);
    else if (outcome === 'full') say(strings.tooMany);
    else if (outcome === 'undone' || outcome === 'redone')
      say(fill(strings[outcome], { line: words().summary(regions) }));
    layout();
  }

  /** Deletes, and leaves the focus with the next one. @param {number} id */
  function remove(id) {
    const ids = regions.all().map((region) => region.id);
    const index = ids.indexOf(id);
    if (!regions.remove(id)) return 0;
    say(fill(words().strings.areaRemoved, { line: words().summary(regions) }));
    return ids[index + 1] || ids[index - 1] || 0;
  }

  element.addEventListener('keydown', (event) => {
    // Undo and redo are for the whole dialog.
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { key = '', shiftKey: shift } = event;
    const id = idOf(event.target);
    if (key === '+' || key === '=' || key === '-') {
      event.preventDefault();
      zoom(key === '-' ? 1 / 1.5 : 1.5);
      return;
    }
    if (key === 'Escape' && takeBack()) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (id && !keyboard.aimed() && (key === 'Delete' || key === 'Backspace')) {
      event.preventDefault();
      focus(remove(id));
      return;
    }
    const outcome = keyboard.press({ key, shift }, id);
    if (outcome === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    cursor.hidden = id !== 0 || keyboard.aimed() !== 0;
    tell(outcome, id, shift);
  });
  element.addEventListener('focusin', (event) => {
    const id = idOf(event.target);
    if (!id) {
      cursor.hidden = false;
      layout();
      return;
    }
    const region = regions.get(id);
    if (!region) return;
    select(region.id);
    look(revealed(view, region));
  });
  element.addEventListener('focusout', () => {
    cursor.hidden = true;
    // What is aimed at is covered when one goes elsewhere: the safe side.
    if (keyboard.keep() === 'added') layout();
  });

  function measure() {
    const surface = { width: element.clientWidth, height: element.clientHeight };
    if (surface.width > 0 && surface.height > 0) look(resized(view, surface));
  }
  const observer = new ResizeObserver(measure);
  observer.observe(element);

  return {
    element,
    layout,
    measure,
    select,
    remove,
    zoom,
    /** @param {number} id */
    reveal(id) {
      const region = regions.get(id);
      if (region) look(revealed(view, region));
    },
    /** @param {boolean} on */
    pan(on) {
      isPanning = on;
      first = undefined;
      layout();
    },
    /** Undo and redo from anywhere in the review. @param {boolean} forth */
    travel(forth) {
      // A drag that is under way is no step yet.
      if (!takeBack()) tell(keyboard.press({ key: 'z', primary: true, shift: forth }) || 'nothing', 0, false);
    },
    /** The width that the whole picture needs, in device pixels; never more than it has. */
    neededWidth: () => Math.min(picture.width, Math.ceil(picture.width * view.scale * (window.devicePixelRatio || 1))),

    /** @param {CanvasImageSource & { width: number, height: number }} preview */
    show(preview) {
      if (canvas.width !== preview.width) canvas.width = preview.width;
      if (canvas.height !== preview.height) canvas.height = preview.height;
      const context = canvas.getContext('2d');
      if (context) context.drawImage(preview, 0, 0);
    },

    /** No pixel stays behind. */
    close() {
      observer.disconnect();
      canvas.width = 0;
      canvas.height = 0;
    },
  };
}
