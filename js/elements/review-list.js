/**
 * The regions as a list beside the picture: name, place and size in words and as numbers, method, delete. All that can be
 * done on the picture can be done here, without seeing it and without dragging.
 */
import { create, setAttribute, setText } from './create.js';
import { SIDES } from './review-geometry.js';
import { MODES } from './review-mode.js';
import { fill } from './strings.js';

/** @import { ReviewRegion, Regions } from './review-regions.js' */
/** @import { Words } from './review-words.js' */

/**
 * @param {object} review
 * @param {Regions} review.regions
 * @param {() => Words} review.words
 * @param {(id: number) => void} review.choose
 * @param {(id: number) => number} review.remove Answers which one is next.
 * @param {(text: string) => void} review.say
 * @param {() => void} review.leave The list is empty: the focus goes elsewhere.
 */
export function createList({ regions, words, choose, remove, say, leave }) {
  const element = create('ol', { className: 'list', part: 'list' });
  // Without bullets, Safari takes it for no list.
  element.setAttribute('role', 'list');
  /** @type {Map<number, ReturnType<typeof createItem>>} */
  const items = new Map();
  /** The field that somebody is typing in, which nothing else writes to. @type {HTMLInputElement | undefined} */
  let typed;

  /** @param {number} id */
  function sayChange(id) {
    const region = regions.get(id);
    if (region) say(words().region(region, regions));
  }

  /** @param {number} id */
  function createItem(id) {
    const name = create('strong');
    const place = create('span', { className: 'place' });
    const size = create('span', { className: 'place' });
    const fields = SIDES.map((side) => {
      const input = create('input', { type: 'number', min: side.length > 1 ? '1' : '0', step: '1' });
      const text = create('span');
      input.addEventListener('input', () => {
        typed = input;
      });
      input.addEventListener('blur', () => {
        if (typed !== input) return;
        // What was typed and taken back is no change: the field says again what counts.
        typed = undefined;
        update();
      });
      input.addEventListener('change', () => {
        typed = undefined;
        // What is no number changes nothing; what reaches outside is brought inside. Then the field says what counts.
        if (Number.isFinite(input.valueAsNumber) && regions.change(id, { [side]: input.valueAsNumber })) sayChange(id);
        update();
      });
      return { side, input, text, label: create('label', { className: 'field' }, text, input) };
    });
    const options = MODES.map((value) => create('option', { value }));
    const select = create('select', {}, ...options);
    select.addEventListener('change', () => {
      regions.change(id, { mode: /** @type {import('./review-mode.js').Mode} */ (select.value) });
      sayChange(id);
    });
    const modeText = create('span');
    const mode = create('label', { className: 'field mode' }, modeText, select);
    const accept = create('button', { type: 'button', part: 'accept' });
    accept.addEventListener('click', () => {
      if (!regions.accept(id)) return say(words().strings.tooMany);
      sayChange(id);
      select.focus();
    });
    const gone = create('button', { type: 'button', part: 'delete' });
    gone.addEventListener('click', () => {
      const next = items.get(remove(id));
      if (next) next.gone.focus();
    });
    const group = create(
      'div',
      { className: 'entry' },
      create('p', { className: 'entry-name' }, name, place, size),
      create('div', { className: 'fields' }, ...fields.map(({ label }) => label)),
      create('div', { className: 'entry-actions' }, mode, accept, gone),
    );
    group.setAttribute('role', 'group');
    const item = create('li', { part: 'item' }, group);
    item.addEventListener('focusin', () => choose(id));
    return {
      item,
      gone,
      /** @param {ReviewRegion} region @param {number} index @param {boolean} isChosen */
      update(region, index, isChosen) {
        const { strings } = words();
        const isOpen = region.state === 'open';
        setText(name, fill(isOpen ? strings.suggestion : strings.area, { n: words().number(index + 1) }));
        setText(place, words().place(region, regions.picture));
        setText(size, words().size(region, regions.picture));
        setAttribute(group, 'aria-label', words().region(region, regions));
        setAttribute(item, 'data-chosen', isChosen);
        setAttribute(item, 'data-open', isOpen);
        for (const { side, input, text } of fields) {
          setText(text, strings[side]);
          if (input !== typed && input.value !== String(region[side])) input.value = String(region[side]);
          input.max = String(regions.picture[side === 'x' || side === 'width' ? 'width' : 'height']);
        }
        setText(modeText, strings.mode);
        for (const option of options) {
          setText(option, strings[/** @type {import('./review-mode.js').Mode} */ (option.value)]);
        }
        if (select.value !== region.mode) select.value = region.mode;
        mode.hidden = isOpen;
        accept.hidden = !isOpen;
        setText(accept, strings.accept);
        setText(gone, isOpen ? strings.drop : strings.remove);
      },
    };
  }

  let chosen = 0;

  function update() {
    const all = regions.all();
    // Drafts have a list of their own.
    const own = all.filter(({ draft }) => !draft);
    const ids = new Set(own.map(({ id }) => id));
    for (const [id, { item }] of items) {
      if (ids.has(id)) continue;
      items.delete(id);
      const hadFocus = item.querySelector(':focus');
      item.remove();
      if (hadFocus) leave();
    }
    own.forEach((region, index) => {
      const entry = items.get(region.id) || createItem(region.id);
      items.set(region.id, entry);
      if (element.children[index] !== entry.item) element.insertBefore(entry.item, element.children[index] || null);
      entry.update(region, all.indexOf(region), region.id === chosen);
    });
  }

  return {
    element,
    update,
    count: () => items.size,
    /** @param {number} id */
    choose(id) {
      chosen = id;
      update();
      const entry = items.get(id);
      const side = element.parentElement;
      // Where the whole dialog scrolls, it stays with the picture.
      if (!entry || !side || side.scrollHeight <= side.clientHeight) return;
      const [seen, item] = [side.getBoundingClientRect(), entry.item.getBoundingClientRect()];
      if (item.top < seen.top) side.scrollTop += item.top - seen.top;
      else if (item.bottom > seen.bottom) side.scrollTop += item.bottom - seen.bottom;
    },
  };
}
