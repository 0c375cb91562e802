/**
 * The text that was found, beside the picture: how much of it is covered, all or nothing of it by one button, and place by
 * place in a list that is folded up, since a page of text has a hundred.
 */
import { create, setAttribute, setText } from './create.js';
import { fill } from './strings.js';

/** @import { Regions } from './review-regions.js' */
/** @import { Words } from './review-words.js' */

/**
 * @param {object} review
 * @param {Regions} review.regions
 * @param {() => Words} review.words
 * @param {(id: number) => void} review.choose
 * @param {(id: number) => number} review.remove Answers which one is next.
 * @param {(text: string) => void} review.say
 */
export function createDrafts({ regions, words, choose, remove, say }) {
  const told = create('p', { id: 'found' });
  const cover = create('button', { type: 'button', part: 'cover-all' });
  cover.addEventListener('click', () => {
    regions.decideAll('kept');
    // With no room for all of it, none is covered anew.
    say(regions.drafts().every(({ state }) => state === 'kept') ? sentence() : words().strings.tooMany);
  });
  const open = create('button', { type: 'button', part: 'open-all' });
  open.addEventListener('click', () => {
    regions.decideAll('dropped');
    say(sentence());
  });
  const list = create('ol', { className: 'list', part: 'drafts' });
  // Without bullets, Safari takes it for no list.
  list.setAttribute('role', 'list');
  const heading = create('summary');
  const details = create('details', {}, heading, list);
  const element = create(
    'section',
    { className: 'found', part: 'found', hidden: true },
    told,
    create('div', { className: 'entry-actions' }, cover, open),
    details,
  );
  element.setAttribute('aria-labelledby', 'found');
  /** @type {Map<number, ReturnType<typeof createItem>>} */
  const items = new Map();
  let chosen = 0;

  function sentence() {
    const all = regions.drafts();
    const kept = all.filter(({ state }) => state === 'kept');
    const { number, strings } = words();
    return fill(strings.found, { count: number(kept.length), total: number(all.length) });
  }

  /** @param {number} id */
  function createItem(id) {
    const name = create('strong');
    const place = create('span', { className: 'place' });
    const drop = create('button', { type: 'button', part: 'delete' });
    drop.addEventListener('click', () => {
      const next = items.get(remove(id));
      (next ? next.drop : heading).focus();
    });
    const group = create('div', { className: 'draft' }, create('p', { className: 'entry-name' }, name, place), drop);
    group.setAttribute('role', 'group');
    const item = create('li', { part: 'item' }, group);
    item.addEventListener('focusin', () => choose(id));
    return { item, name, place, drop, group };
  }

  function update() {
    const { strings, number, ...say } = words();
    const drafts = regions.drafts();
    element.hidden = drafts.length === 0;
    setText(told, sentence());
    setText(cover, strings.coverAll);
    setText(open, strings.openAll);
    setText(heading, strings.drafts);
    const shown = regions.all();
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, { item }] of items) {
      if (ids.has(id)) continue;
      items.delete(id);
      if (item.querySelector(':focus')) heading.focus();
      item.remove();
    }
    // Folded up, nobody sees them, and a hundred cost.
    if (!details.open) return;
    let at = 0;
    shown.forEach((region, index) => {
      if (!region.draft) return;
      const entry = items.get(region.id) || createItem(region.id);
      items.set(region.id, entry);
      if (list.children[at] !== entry.item) list.insertBefore(entry.item, list.children[at] || null);
      at++;
      setText(entry.name, fill(strings.draft, { n: number(index + 1) }));
      setText(entry.place, say.place(region, regions.picture));
      setText(entry.drop, strings.drop);
      setAttribute(entry.group, 'aria-label', say.region(region, regions));
      setAttribute(entry.item, 'data-chosen', region.id === chosen);
    });
  }
  details.addEventListener('toggle', update);

  return {
    element,
    update,
    /** @param {number} id */
    choose(id) {
      chosen = id;
      if (regions.get(id)?.draft) details.open = true;
      update();
      const entry = items.get(id);
      if (entry) entry.item.scrollIntoView({ block: 'nearest' });
    },
  };
}
