/** What a review is made of, without a page: rectangles, history, zoom, keys, words, previews; by random orders. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { CaseframeReview } from '../../js/elements/index.js';
import {
  between,
  HANDLES,
  HIT,
  handleAreas,
  isMiddle,
  isWithin,
  outward,
  resize,
  SMALLEST,
} from '../../js/elements/review-geometry.js';
import { parseReviewRegions } from '../../js/elements/review-input.js';
import { createKeyboard } from '../../js/elements/review-keyboard.js';
import { createPreviews } from '../../js/elements/review-preview.js';
import { createRegions, MOST_REGIONS } from '../../js/elements/review-regions.js';
import { reviewDictionary } from '../../js/elements/review-strings.js';
import {
  centred,
  panned,
  resized,
  revealed,
  toPicture,
  toSurface,
  wholeView,
  zoomed,
} from '../../js/elements/review-view.js';
import { createWords, placeOf } from '../../js/elements/review-words.js';
import { checkWords } from '../../js/elements/strings.js';
import { MAX_REGIONS, parseRegions } from '../../js/engine/regions.js';
import { forEachSeed } from './random.js';

const { en: reviewEn, de: reviewDe } = reviewDictionary;

/** @import { Dice } from './dice.js' */

/** @param {Dice} dice */
const someSize = (dice) => ({ width: dice.between(1, 2000), height: dice.between(1, 1200) });
/** @param {Dice} dice @param {{ width: number, height: number }} size */
const somePoint = (dice, { width, height }) => ({
  x: (dice.random() * 2 - 0.5) * width,
  y: (dice.random() * 2 - 0.5) * height,
});

/** @param {any} rect @param {any} picture */
function assertInside(rect, picture) {
  const { x, y, width, height } = rect;
  for (const value of [x, y, width, height]) assert.ok(Number.isInteger(value), JSON.stringify(rect));
  assert.ok(x >= 0 && y >= 0 && x + width <= picture.width && y + height <= picture.height, JSON.stringify(rect));
  assert.ok(width >= Math.min(SMALLEST, picture.width) && height >= Math.min(SMALLEST, picture.height));
}

const plain = (/** @type {any[]} */ regions) => regions.map((region) => ({ ...region }));

test('whatever is drawn or pulled stays inside the picture and covers something', async () => {
  await forEachSeed(2000, (dice) => {
    const picture = someSize(dice);
    const [a, b] = [somePoint(dice, picture), somePoint(dice, picture)];
    let rect = between(a, b, picture);
    assertInside(rect, picture);
    assert.deepEqual(between(b, a, picture), rect, 'from whichever corner');
    for (const p of [a, b]) {
      // What was drawn around is covered, as far as it lies in the picture.
      const [x, y] = [Math.min(Math.max(p.x, 0), picture.width), Math.min(Math.max(p.y, 0), picture.height)];
      assert.ok(x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height);
    }
    for (let i = 0; i < 10; i++) {
      const handle = dice.pick(HANDLES);
      const next = resize(rect, handle, somePoint(dice, picture), picture);
      assertInside(next, picture);
      if (!handle.includes('w')) assert.equal(next.x, rect.x);
      if (!handle.includes('n')) assert.equal(next.y, rect.y);
      if (!handle.includes('e')) assert.equal(next.x + next.width, rect.x + rect.width);
      if (!handle.includes('s')) assert.equal(next.y + next.height, rect.y + rect.height);
      rect = next;
    }
  });
});

test('a region from outside covers no less than what was asked for', () => {
  const picture = { width: 100, height: 80 };
  assert.deepEqual(outward({ x: 10.6, y: 10.2, width: 20.1, height: 9.9 }, picture), {
    x: 10,
    y: 10,
    width: 21,
    height: 11,
  });
  assert.deepEqual(outward({ x: -20, y: 70, width: 60, height: 60 }, picture), { x: 0, y: 70, width: 40, height: 10 });
});

test('handles: eight squares for a finger, on the surface, and none upon another while there is room', async () => {
  await forEachSeed(1000, (dice) => {
    const surface = { width: dice.between(240, 1600), height: dice.between(200, 1000) };
    const rect = {
      x: dice.random() * surface.width,
      y: dice.random() * surface.height,
      width: dice.random() * 300,
      height: dice.random() * 300,
    };
    const areas = handleAreas(rect, surface);
    assert.deepEqual(
      areas.map(({ handle }) => handle),
      HANDLES,
    );
    for (const { x, y, width, height } of areas) {
      assert.ok(width >= HIT && height >= HIT && x >= 0 && y >= 0);
      assert.ok(x + width <= surface.width + 1e-9 && y + height <= surface.height + 1e-9);
    }
    const far = 100;
    const isAway =
      rect.x > far &&
      rect.y > far &&
      rect.x + rect.width < surface.width - far &&
      rect.y + rect.height < surface.height - far;
    if (!isAway || rect.width < 16 || rect.height < 16) return;
    for (const [i, one] of areas.entries()) {
      for (const other of areas.slice(i + 1)) {
        const across = Math.min(one.x, other.x) + HIT - Math.max(one.x, other.x);
        const down = Math.min(one.y, other.y) + HIT - Math.max(one.y, other.y);
        assert.ok(across <= 1e-9 || down <= 1e-9, `${one.handle} lies on ${other.handle}: ${JSON.stringify(rect)}`);
      }
    }
  });
});

test('handles: none for what is out of view, and what is small is moved by its middle, at the edge, too', async () => {
  const surface = { width: 400, height: 300 };
  const seen = (/** @type {any} */ rect) =>
    handleAreas(rect, surface)
      .filter(({ isSeen }) => isSeen)
      .map(({ handle }) => handle)
      .join();
  assert.equal(seen({ x: 0, y: 0, width: 400, height: 300 }), HANDLES.join(), 'the whole picture');
  assert.equal(seen({ x: 100, y: 100, width: 900, height: 900 }), 'nw');
  assert.equal(seen({ x: -500, y: 100, width: 600, height: 100 }), 'e,ne,se');
  assert.equal(seen({ x: -900, y: -900, width: 200, height: 200 }), '', 'nothing of it is in view');
  await forEachSeed(1000, (dice) => {
    const rect = { x: 0, y: 0, width: dice.between(8, 200), height: dice.between(8, 200) };
    rect.x = dice.pick([0, surface.width - rect.width, dice.random() * (surface.width - rect.width)]);
    rect.y = dice.pick([0, surface.height - rect.height, dice.random() * (surface.height - rect.height)]);
    const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
    const isUnderHandle = handleAreas(rect, surface).some((area) => isWithin(area, middle));
    assert.ok(isMiddle(rect, middle) || !isUnderHandle, JSON.stringify(rect));
    // All around it, a handle can be taken.
    for (const across of [0, 1]) {
      for (const down of [0, 1]) {
        const corner = { x: rect.x + across * rect.width, y: rect.y + down * rect.height };
        assert.ok(!isMiddle(rect, corner));
        assert.ok(handleAreas(rect, surface).some((area) => isWithin(area, corner)));
      }
    }
  });
});

test('history: every undo finds the state before, every redo the one after, whatever the order', async () => {
  await forEachSeed(500, (dice) => {
    const picture = someSize(dice);
    const regions = createRegions(picture);
    regions.load([
      { x: 0, y: 0, width: 9, height: 9, mode: 'fill', state: 'kept' },
      { x: 0, y: 0, width: 9, height: 9, mode: 'blur', state: 'open', suggested: true },
    ]);
    assert.ok(!regions.isTouched() && !regions.canUndo());
    const see = () => JSON.stringify([regions.all(), regions.dropped()]);
    const states = [see()];
    let at = 0;
    const rect = () => between(somePoint(dice, picture), somePoint(dice, picture), picture);
    const anyId = () => dice.pick([...regions.all().map(({ id }) => id), 999]);
    for (let i = 0; i < 40; i++) {
      const before = see();
      const kind = dice.between(0, 7);
      if (kind === 0) {
        assert.equal(regions.undo(), at > 0);
        at = Math.max(0, at - 1);
        assert.equal(see(), states[at]);
      } else if (kind === 1) {
        assert.equal(regions.redo(), at < states.length - 1);
        at = Math.min(states.length - 1, at + 1);
        assert.equal(see(), states[at]);
      } else if (kind === 2) {
        // A gesture of many steps, kept or taken back.
        regions.hold();
        const id = dice.random() < 0.5 ? regions.add(rect(), 'fill') : anyId();
        for (let n = 0; n < 3; n++) regions.change(id, rect());
        if (dice.random() < 0.5) {
          regions.restore();
          assert.equal(see(), before, 'as if it had not begun');
        } else regions.keep();
        assert.ok(!regions.isHeld());
      } else if (kind === 3) regions.add(rect(), dice.pick(['pixelate', 'blur', 'fill']));
      else if (kind === 4) regions.change(anyId(), { ...rect(), mode: dice.pick(['pixelate', 'blur', 'fill']) });
      else if (kind === 5) regions.remove(anyId());
      else if (kind === 6) regions.accept(anyId());
      if (kind > 1 && see() !== before) {
        states.splice(at + 1, states.length, see());
        at++;
      }
      for (const region of regions.all()) assertInside(region, picture);
      assert.equal(regions.canUndo(), at > 0);
      assert.equal(regions.canRedo(), at < states.length - 1);
      const ids = [...regions.all(), ...regions.dropped()].map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(ids.filter((id) => id === 2).length, 1, 'a suggestion is never forgotten');
    }
    while (regions.undo());
    assert.equal(see(), states[0]);
    assert.ok(!regions.isTouched());
  });
});

test('history: a gesture that comes back to where it began is no step', () => {
  const regions = createRegions({ width: 100, height: 100 });
  const start = { x: 10, y: 10, width: 20, height: 20 };
  const id = regions.add(start, 'fill');
  regions.undo();
  regions.redo();
  regions.add(start, 'blur');
  regions.undo();
  regions.hold();
  regions.change(id, { x: 50 });
  regions.change(id, { x: 10 });
  regions.keep();
  assert.ok(regions.canRedo(), 'and what was undone can still be had back');
  regions.undo();
  assert.deepEqual(regions.all(), []);
});

test('suggestions that come later are there after undo, too, and are no step of it', () => {
  const regions = createRegions({ width: 100, height: 100 });
  regions.add({ x: 0, y: 0, width: 20, height: 20 }, 'fill');
  regions.load([{ x: 50, y: 50, width: 20, height: 20, mode: 'blur', state: 'open', suggested: true }]);
  assert.deepEqual(regions.all().length, 2);
  assert.ok(regions.undo());
  assert.deepEqual(
    plain(regions.all()).map(({ state }) => state),
    ['open'],
  );
  assert.ok(!regions.isTouched() && !regions.canUndo());
  const [{ id }] = regions.open();
  regions.accept(id);
  assert.deepEqual([regions.kept().length, regions.open().length], [1, 0]);
  regions.remove(id);
  assert.deepEqual(
    plain(regions.dropped()).map(({ id, suggested }) => [id, suggested]),
    [[id, true]],
  );
});

test('drafts are covered unless they are dropped: one by one, or all in one step that can be undone', () => {
  let told = 0;
  const regions = createRegions({ width: 100, height: 100 }, () => told++);
  const draft = { width: 9, height: 9, mode: /** @type {const} */ ('fill'), state: /** @type {const} */ ('kept') };
  regions.load([{ ...draft, x: 50, y: 50 }]);
  regions.load([0, 10, 20].map((x) => ({ ...draft, x, y: 0, suggested: true, draft: true })));
  assert.deepEqual([regions.kept().length, regions.drafts().length, regions.isTouched()], [4, 3, false]);
  regions.remove(regions.drafts()[1].id);
  assert.deepEqual([regions.kept().length, regions.dropped().length], [3, 1]);
  assert.ok(regions.decideAll('dropped'));
  assert.deepEqual([regions.kept().length, regions.dropped().length], [1, 3], 'what the agent drew stays');
  const before = told;
  assert.equal(regions.decideAll('dropped'), false);
  assert.equal(told, before);
  regions.undo();
  assert.equal(regions.dropped().length, 1);
  assert.ok(regions.decideAll('kept'));
  assert.deepEqual([regions.kept().length, regions.drafts().length], [4, 3], 'also what was dropped before');
});

test('all text is covered again only where there is room for all of it', () => {
  const regions = createRegions({ width: 100, height: 100 });
  const one = { x: 0, y: 0, width: 9, height: 9, mode: /** @type {const} */ ('fill') };
  const kept = /** @type {const} */ ('kept');
  regions.load([{ ...one, state: kept, suggested: true, draft: true }]);
  regions.decideAll('dropped');
  regions.load(Array.from({ length: MOST_REGIONS }, () => ({ ...one, state: kept })));
  assert.equal(regions.decideAll('kept'), false);
  assert.equal(regions.kept().length, MOST_REGIONS);
});

test('no more regions than the core takes', () => {
  assert.equal(MOST_REGIONS, MAX_REGIONS);
  const regions = createRegions({ width: 100, height: 100 });
  const one = { x: 0, y: 0, width: 9, height: 9, mode: /** @type {const} */ ('fill') };
  regions.load(Array.from({ length: MOST_REGIONS }, () => ({ ...one, state: /** @type {const} */ ('kept') })));
  assert.equal(regions.add(one, 'fill'), 0);
  regions.load([{ ...one, state: 'open', suggested: true }]);
  assert.equal(regions.accept(regions.open()[0].id), false);
  const keyboard = createKeyboard(regions, { step: () => 1, mode: () => 'fill' });
  assert.equal(keyboard.press({ key: 'Enter' }), 'full');
  assert.equal(keyboard.aimed(), 0);
});

test('what comes by itself is taken where there is room for all of it, and undo brings back no more than that', () => {
  const regions = createRegions({ width: 100, height: 100 });
  const one = { x: 0, y: 0, width: 9, height: 9, mode: /** @type {const} */ ('fill') };
  const kept = { ...one, state: /** @type {const} */ ('kept'), suggested: true, draft: true };
  const open = { ...one, state: /** @type {const} */ ('open'), suggested: true };
  regions.add(one, 'fill');
  const before = regions.all();
  assert.equal(regions.load(Array(MOST_REGIONS).fill(kept)), false);
  assert.deepEqual([regions.all(), regions.canUndo()], [before, true], 'all stays as it was');
  assert.equal(regions.load(Array(MOST_REGIONS).fill(open)), true, 'what is open does not count');
  assert.equal(regions.load(Array(MOST_REGIONS - 1).fill(kept)), true);
  assert.deepEqual([regions.kept().length, regions.add(one, 'fill')], [MOST_REGIONS, 0]);
  // The one that was drawn is deleted, and its place taken: it does not come back.
  regions.remove(before[0].id);
  assert.ok(regions.load([kept]));
  assert.deepEqual([regions.undo(), regions.canUndo(), regions.kept().length], [false, false, MOST_REGIONS]);
  regions.remove(regions.drafts()[0].id);
  assert.ok(regions.undo());
  assert.equal(regions.kept().length, MOST_REGIONS);
  assert.deepEqual([regions.undo(), regions.redo(), regions.redo()], [false, true, false]);
});

test('the view: points come back to where they were, nothing leaves its limits', async () => {
  await forEachSeed(1000, (dice) => {
    const near = (/** @type {number} */ a, /** @type {number} */ b) =>
      assert.ok(Math.abs(a - b) < 1e-6 * (1 + Math.abs(a)), `${a} for ${b}`);
    const size = () => ({ width: dice.between(100, 2000), height: dice.between(100, 1200) });
    const picture = size();
    let view = wholeView(picture, size());
    for (let i = 0; i < 12; i++) {
      const at = { x: dice.random() * view.surface.width, y: dice.random() * view.surface.height };
      const kind = dice.between(0, 4);
      if (kind === 0) view = zoomed(view, 0.3 + dice.random() * 3, at);
      else if (kind === 1) view = panned(view, dice.between(-900, 900), dice.between(-900, 900));
      else if (kind === 2) view = resized(view, size());
      else if (kind === 3) view = centred(view, somePoint(dice, picture));
      else {
        const rect = between(somePoint(dice, picture), somePoint(dice, picture), picture);
        view = revealed(view, rect);
        const { x, y, width, height } = toSurface(view, rect);
        // Seen whole where it fits, else it fills the surface.
        if (width <= view.surface.width) assert.ok(x >= -1e-6 && x + width <= view.surface.width + 1e-6);
        if (height <= view.surface.height) assert.ok(y >= -1e-6 && y + height <= view.surface.height + 1e-6);
      }
      const point = toPicture(view, at);
      const back = toSurface(view, { ...point, width: 10, height: 5 });
      near(back.x, at.x);
      near(back.y, at.y);
      near(back.width, 10 * view.scale);
      for (const [corner, length, room] of [
        [view.x, picture.width * view.scale, view.surface.width],
        [view.y, picture.height * view.scale, view.surface.height],
      ]) {
        if (length <= room + 1e-6) near(corner, (room - length) / 2);
        else assert.ok(corner <= 1e-6 && corner + length >= room - 1e-6, 'no border where the picture is larger');
      }
    }
  });
});

test('zooming keeps what is under the pointer there', () => {
  let view = wholeView({ width: 1920, height: 1080 }, { width: 960, height: 540 });
  const at = { x: 700, y: 200 };
  const under = toPicture(view, at);
  view = zoomed(view, 3, at);
  assert.deepEqual(Object.values(toPicture(view, at)).map(Math.round), Object.values(under).map(Math.round));
  assert.equal(view.scale, 1.5);
});

test('keys in any order: Escape takes an aim back, Enter keeps it as one step, the cursor stays in the picture', async () => {
  const keys = [
    'ArrowLeft',
    'ArrowRight',
    'ArrowUp',
    'ArrowDown',
    'Enter',
    'Escape',
    'n',
    'm',
    'Delete',
    'Backspace',
    'q',
    ' ',
  ];
  await forEachSeed(500, (dice) => {
    const picture = someSize(dice);
    const regions = createRegions(picture);
    regions.load([{ x: 0, y: 0, width: 9, height: 9, mode: 'fill', state: 'open', suggested: true }]);
    const keyboard = createKeyboard(regions, { step: () => dice.between(1, 60), mode: () => 'blur' });
    const see = () => JSON.stringify(regions.all());
    let before = see();
    for (let i = 0; i < 60; i++) {
      const seen = see();
      const wasAiming = keyboard.aimed();
      const id = wasAiming ? 0 : dice.pick([0, 0, ...regions.all().map((region) => region.id)]);
      const key = dice.pick(keys);
      const primary = dice.random() < 0.1;
      const outcome = keyboard.press({ key: primary ? 'z' : key, shift: dice.random() < 0.4, primary }, id);
      if (outcome === undefined || outcome === 'cursor')
        assert.equal(see(), seen, 'a key that is not ours changes nothing');
      if (outcome === 'aiming') {
        before = seen;
        assert.equal(regions.get(keyboard.aimed())?.mode, 'blur');
      }
      if (outcome === 'dropped') assert.equal(see(), before);
      if (outcome === 'added') {
        assert.ok(regions.get(wasAiming));
        const kept = see();
        assert.ok(regions.undo());
        assert.equal(see(), before, 'one step');
        assert.ok(regions.redo());
        assert.equal(see(), kept);
      }
      assert.equal(keyboard.aimed() !== 0, regions.isHeld());
      const { x, y } = keyboard.cursor();
      assert.ok(x >= 0 && y >= 0 && x <= picture.width && y <= picture.height);
      for (const region of regions.all()) assertInside(region, picture);
    }
  });
});

test('keys: a region moves, is sized from its lower right corner, changes its method and goes', () => {
  const regions = createRegions({ width: 400, height: 300 });
  const keyboard = createKeyboard(regions, { step: () => 10, mode: () => 'pixelate' });
  const { x, y, width, height } = { x: 160, y: 120, width: 80, height: 60 };
  assert.equal(keyboard.press({ key: 'Enter' }), 'aiming');
  const id = keyboard.aimed();
  const now = () => regions.get(id);
  assert.deepEqual({ ...now() }, { id, x, y, width, height, mode: 'pixelate', color: undefined, state: 'kept' });
  keyboard.press({ key: 'ArrowRight' });
  keyboard.press({ key: 'ArrowDown', shift: true });
  assert.equal(keyboard.press({ key: 'Enter' }), 'added');
  assert.deepEqual([now()?.x, now()?.height], [170, 70]);
  assert.equal(keyboard.press({ key: 'm' }, id), 'changed');
  assert.equal(now()?.mode, 'blur');
  for (let i = 0; i < 20; i++) keyboard.press({ key: 'ArrowLeft', shift: true }, id);
  assert.equal(now()?.width, SMALLEST);
  assert.equal(keyboard.press({ key: 'Delete' }, id), 'removed');
  assert.equal(now(), undefined);
  assert.equal(keyboard.press({ key: 'z', primary: true }), 'undone');
  assert.equal(now()?.width, SMALLEST);
  assert.equal(keyboard.press({ key: 'Z', primary: true, shift: true }), 'redone');
  assert.equal(keyboard.press({ key: 'a', primary: true }), undefined, 'the browser’s own');
});

test('where a region lies, in words of both languages', async () => {
  const picture = { width: 900, height: 600 };
  for (const [x, y, width, height, place] of /** @type {const} */ ([
    [0, 0, 50, 50, 'upperLeft'],
    [430, 10, 40, 40, 'top'],
    [850, 0, 50, 50, 'upperRight'],
    [0, 280, 40, 40, 'left'],
    [400, 250, 100, 100, 'middle'],
    [700, 450, 200, 150, 'lowerRight'],
    [0, 0, 900, 100, 'acrossTop'],
    [20, 550, 880, 50, 'acrossBottom'],
    [800, 0, 100, 600, 'downRight'],
    [10, 10, 880, 580, 'all'],
  ])) {
    assert.equal(placeOf({ x, y, width, height }, picture), place);
  }
  const regions = createRegions(picture);
  regions.add({ x: 0, y: 0, width: 90, height: 60 }, 'pixelate');
  regions.add({ x: 700, y: 450, width: 200, height: 150 }, 'fill');
  regions.load([{ x: 400, y: 250, width: 4, height: 4, mode: 'fill', state: 'open', suggested: true }]);
  const [, second, open] = regions.all();
  const [en, de] = [createWords(reviewEn), createWords(reviewDe)];
  assert.equal(en.region(second, regions), 'Region 2 of 3, fill, covers the lower right');
  assert.equal(de.region(second, regions), 'Bereich 2 von 3, schwärzen, liegt unten rechts');
  assert.equal(en.region(open, regions), 'Region 3 of 3, suggested, not covered, the middle');
  assert.equal(en.size(second, picture), '200 × 150 pixels, 6% of the picture');
  assert.match(de.size(second, picture), /^200 × 150 Pixel, 6\s%/);
  assert.equal(en.size(open, picture), '8 × 8 pixels, < 1% of the picture');
  assert.equal(en.summary(regions), '2 regions are covered. 1 suggestion is left open.');
  regions.remove(open.id);
  assert.equal(en.summary(regions), '2 regions are covered. 1 suggestion is left open.', 'dropped is open, too');
  assert.equal(de.summary(createRegions(picture)), 'Nichts ist verdeckt.');
  await forEachSeed(500, (dice) => {
    const size = someSize(dice);
    const rect = between(somePoint(dice, size), somePoint(dice, size), size);
    for (const words of [en, de])
      assert.doesNotMatch(words.place(rect, size) + words.size(rect, size), /undefined|NaN|[{}]/);
  });
});

test('both languages have every string, with the same values to put in', () => {
  assert.deepEqual(Object.keys(reviewDe), Object.keys(reviewEn));
  const values = (/** @type {string} */ text) => (text.match(/\{\w+\}/g) || []).sort();
  for (const [name, text] of Object.entries(reviewEn)) {
    if (typeof text !== 'string') continue;
    assert.deepEqual(values(reviewDe[/** @type {keyof typeof reviewDe} */ (name)]), values(text), name);
  }
});

test('a language that no number can be written in is refused at once', () => {
  for (const language of ['de_DE', '', 'x', null, 7, ['de']]) {
    assert.throws(() => checkWords(reviewDictionary, { language }), { code: 'invalid-argument' }, String(language));
  }
  for (const words of [{ language: 'pt-BR' }, { confirm: 'Senden' }, {}]) {
    assert.deepEqual(checkWords(reviewDictionary, words), words);
    createWords({ ...reviewEn, ...words });
  }
});

test('previews: one under way, the newest next, none shown after the end', async () => {
  await forEachSeed(200, async (dice) => {
    /** @type {{ request: number, resolve: (value: string) => void, reject: (error: Error) => void }[]} */
    const asked = [];
    /** @type {number[]} */ const shown = [];
    /** @type {string[]} */ const released = [];
    /** @type {unknown[]} */ const failures = [];
    let most = 0;
    let underWay = 0;
    const previews = createPreviews({
      ask: (/** @type {number} */ request) =>
        new Promise((resolve, reject) => {
          most = Math.max(most, ++underWay);
          asked.push({
            request,
            resolve: (value) => {
              underWay--;
              resolve(value);
            },
            reject: (error) => {
              underWay--;
              reject(error);
            },
          });
        }),
      show: (_, request) => shown.push(request),
      release: (/** @type {string} */ preview) => released.push(preview),
      fail: (error) => failures.push(error),
    });
    let newest = 0;
    let failed = 0;
    for (let i = 0; i < 40; i++) {
      if (dice.random() < 0.6) previews.want(++newest);
      else if (underWay > 0) {
        if (dice.random() < 0.1) {
          asked[asked.length - 1].reject(new Error('no'));
          failed++;
        } else asked[asked.length - 1].resolve('picture');
      }
      await Promise.resolve();
      for (let n = 0; n < 5; n++) await Promise.resolve();
    }
    while (underWay > 0) {
      asked[asked.length - 1].resolve('picture');
      for (let n = 0; n < 5; n++) await Promise.resolve();
    }
    assert.ok(most <= 1);
    assert.equal(failures.length, failed);
    if (newest) assert.equal(asked[asked.length - 1].request, newest, 'the newest is asked for in the end');
    assert.deepEqual(
      [...shown].sort((a, b) => a - b),
      shown,
    );
    previews.want(++newest);
    previews.end();
    asked[asked.length - 1].resolve('late');
    for (let n = 0; n < 5; n++) await Promise.resolve();
    assert.deepEqual(released, ['late']);
    previews.want(++newest);
    assert.notEqual(asked[asked.length - 1].request, newest);
  });
});

test('given regions come to pixels of the still by their unit, and one that is not known is refused', () => {
  const picture = { width: 640, height: 360 };
  /** @param {any} region */
  const parse = (region) => {
    const [{ x, y, width, height }] = parseReviewRegions([region], 'regions', picture, 'fill', {
      state: 'kept',
      suggested: false,
    });
    return [x, y, width, height];
  };
  const expected = [320, 180, 160, 90];
  assert.deepEqual(parse({ x: 320, y: 180, width: 160, height: 90 }), expected);
  assert.deepEqual(parse({ x: 320, y: 180, width: 160, height: 90, unit: 'pixel' }), expected);
  assert.deepEqual(parse({ x: 0.5, y: 0.5, width: 0.25, height: 0.25, unit: 'ratio' }), expected);
  assert.deepEqual(parse({ x: 640, y: 360, width: 320, height: 180, of: { width: 1280, height: 720 } }), expected);
  for (const unit of ['percent', 'Ratio', 'px', null, 1]) {
    assert.throws(() => parse({ x: 20, y: 20, width: 50, height: 50, unit }), {
      code: 'invalid-argument',
      message: /regions\[0\]\.unit/,
    });
  }
});

test('given regions: what the core refuses, a review refuses, and takes what the core takes', async () => {
  const picture = { width: 640, height: 360 };
  /** @param {() => unknown} parse */
  const refusal = (parse) => {
    try {
      parse();
      return '';
    } catch (error) {
      assert.equal(/** @type {any} */ (error).code, 'invalid-argument');
      return /** @type {any} */ (error).details.name.replace(/^\w+/, '');
    }
  };
  const review = (/** @type {any} */ region) =>
    refusal(() => parseReviewRegions([region], 'suggestions', picture, 'fill', { state: 'open' }));
  const core = (/** @type {any} */ region) => refusal(() => parseRegions([region]));
  const region = { x: 20, y: 10, width: 200, height: 100 };
  const ratio = { x: 0.1, y: 0.1, width: 0.2, height: 0.2, unit: 'ratio' };
  const of = { width: 1280, height: 720 };
  for (const [name, refused] of /** @type {[string, any[]][]} */ ([
    ['', [null, undefined, 'a', 3]],
    [
      '.x',
      [
        { ...region, x: null },
        { ...region, x: '20' },
        { ...region, x: Number.NaN },
        { ...region, x: Infinity },
      ],
    ],
    [
      '.y',
      [
        { ...region, y: undefined },
        { ...ratio, y: '0.1' },
      ],
    ],
    [
      '.width',
      [
        { ...ratio, unit: undefined },
        { ...region, width: 0.9, of },
        { ...region, width: '200' },
      ],
    ],
    [
      '.height',
      [
        { ...region, height: 0 },
        { ...region, height: -5 },
        { ...ratio, height: 0 },
        { ...region, height: true },
      ],
    ],
    [
      '.unit',
      [
        { ...region, unit: 'px' },
        { ...region, unit: null },
      ],
    ],
    [
      '.of',
      [
        { ...ratio, of },
        { ...ratio, of: null },
      ],
    ],
    [
      '.of.width',
      [
        { ...region, of: {} },
        { ...region, of: { width: '640', height: 360 } },
      ],
    ],
    [
      '.of.height',
      [
        { ...region, of: { ...of, height: 0 } },
        { ...region, of: { ...of, height: Infinity } },
      ],
    ],
    [
      '.mode',
      [
        { ...region, mode: 'hide' },
        { ...region, mode: null },
      ],
    ],
    ['.color', ['salmon', '#12345', 'ab', '', null, ['red'], 7].map((color) => ({ ...region, color }))],
  ])) {
    for (const one of refused) {
      assert.equal(review(one), `[0]${name}`, JSON.stringify(one));
      assert.equal(core(one), `[0]${name}`, JSON.stringify(one));
    }
  }
  for (const none of [null, 'a', 5]) assert.match(review({ ...region, of: none }), /^\[0\]\.of/);
  assert.match(core({ ...region, of: null }), /^\[0\]\.of/);
  const colors = 'aqua black blue fuchsia gray green lime maroon navy olive purple red silver teal white yellow'.split(
    ' ',
  );
  for (const color of [...colors, 'RED', '#Abc', '#1a2B3c', undefined]) {
    for (const one of [
      { ...region, color },
      { ...ratio, color },
      { ...region, of, color, width: 0.9996 },
    ]) {
      assert.deepEqual([review(one), core(one)], ['', ''], JSON.stringify(one));
    }
  }
  const engine = await createEngine();
  const data = new Uint8Array(4 * picture.width * picture.height).fill(200);
  for (const one of [
    { ...ratio, width: 1 / 641 },
    { ...ratio, height: 1e-9 },
    { ...ratio, width: 1 / 640 },
    { ...ratio, x: 1 },
    { ...ratio, x: -0.2 },
    { ...ratio, x: -0.19 },
    { ...region, x: 640 },
    { ...region, x: 639.5 },
    { ...region, x: 1280, of },
    { ...region, y: -100 },
    { ...region, y: -99.5, width: 0.9996 },
  ]) {
    const isTaken = refusal(() => engine.encode({ data, ...picture }, { redact: [/** @type {any} */ (one)] })) === '';
    assert.equal(review(one) === '', isTaken, JSON.stringify(one));
  }
  engine.dispose();
});

test('what is given as none is the default, as frameworks set what has gone; what is no list is refused', () => {
  const defaults = { still: null, regions: [], suggestions: [], drafts: [], mode: 'pixelate' };
  for (const none of [undefined, null]) {
    const review = Object.create(CaseframeReview.prototype);
    for (const [name, value] of Object.entries(defaults)) {
      review[name] = none;
      assert.deepEqual(review[name], value, `${name} = ${none}`);
    }
  }
  const review = Object.create(CaseframeReview.prototype);
  for (const wrong of ['all', 0, false, {}]) {
    for (const name of ['regions', 'suggestions', 'drafts', 'mode']) {
      assert.throws(() => (review[name] = wrong), { code: 'invalid-argument' }, `${name} = ${wrong}`);
    }
  }
});
