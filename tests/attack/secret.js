/**
 * What stands under a redaction, what the attacker knows of it beforehand, and how often a blind guess is right.
 */

/** @typedef {import('../js/random.js').Dice} Dice */
/** @typedef {import('./font.js').Glyphs} Glyphs */

/** @typedef {'number' | 'code' | 'digit' | 'date' | 'name' | 'listed name'} Kind */

/**
 * @typedef {object} Secret
 * @property {string} text
 * @property {string[][]} [positions] The characters each position may have, all of the same probability; or else
 * @property {readonly string[]} [list] all the texts there are, all of the same probability.
 * @property {string} alphabet
 * @property {number} width Of the field it stands in, in pixels. Independent of the text, as the rectangle drawn over
 *   it must be: no mosaic can hide what the rectangle's own size says.
 * @property {number} chance Of a character guessed blindly, in the knowledge of the list, the length and the place.
 */

export const DIGITS = '0123456789';
export const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** What nobody needs to guess. @param {string} character */
export const isKnown = (character) => character === ' ' || character === '.';

/** Given names of four to six letters. */
const NAMES = `
Adam Alan Alex Alice Amir Anna Anton Barry Bella Betty Boris Brian Bruno Carl Carol Chloe Chris Clara Colin Cyril
Daisy Daniel David Dean Debra Denis Derek Diana Dora Doris Dylan Edith Edwin Elena Eliza Ella Ellen Elsa Emil Emily
Emma Eric Erica Erik Erin Ernest Ethan Evan Fiona Flora Floyd Frank Fred Gary Gavin Gemma Gene George Gerald Gina
Giulia Glen Gloria Grace Grant Greg Gwen Hanna Harold Harry Hazel Heidi Helen Helga Henry Hilda Holly Homer Hugo Igor
Ines Inga Irene Iris Irma Isaac Ivan Jack Jacob Jade James Jane Janet Jason Jean Jenny Jerry Jesse Jill Joan Joel John
Jonas Jorge Jose Joyce Juan Judith Judy Julia June Karen Karl Kate Kathy Keith Kelly Kevin Klara Kurt Kyle Lara Larry
Laura Lena Leon Lewis Liam Lily Linda Lisa Lloyd Logan Lola Louis Louise Lucas Lucy Luis Luisa Luke Lydia Lynn Mabel
Maja Marc Marcel Marco Maria Marie Mario Mark Marta Martin Mary Mason Matt Maud Megan Miguel Mike Milan Milo Mona
Monica Moritz Myra Nadia Nancy Naomi Neil Nick Nicola Nigel Nina Noah Noel Nora Norma Norman Olga Oliver Olivia Omar
Oscar Otto Owen Pablo Paul Paula Pedro Peter Petra Philip Quinn Rachel Ralf Ralph Raul Rita Robert Robin Roger Roland
Rosa Rose Ross Ruben Ruby Rudolf Ruth Ryan Sally Samuel Sandra Sara Sarah Scott Sean Sergio Shane Silvia Simon Sofia
Sonia Sophie Stella Steven Stuart Susan Sven Sylvia Tamara Tania Teresa Terry Theo Thomas Tina Tobias Todd Tony Tracy
Troy Ulrich Ursula Valery Vera Victor Viola Walter Wanda Wayne Wendy Werner Willy Xavier Yvonne`
  .trim()
  .split(/\s+/);

const LISTS = new Map([4, 5, 6].map((length) => [length, NAMES.filter((name) => name.length === length)]));

/** The dates of birth of everybody from 17 to 86. */
const DATES = Array.from({ length: 70 * 12 }, (_, month) => {
  const year = 1940 + Math.floor(month / 12);
  const days = new Date(year, (month % 12) + 1, 0).getDate();
  return Array.from({ length: days }, (_, day) => [day + 1, (month % 12) + 1].map(two).concat(`${year}`).join('.'));
}).flat();

/** @param {number} n */
function two(n) {
  return String(n).padStart(2, '0');
}

/** The share of characters that the commonest one at each position gets right. @param {readonly string[]} list */
function blindChance(list) {
  const shares = Array.from(list[0], (_, i) => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const text of list) counts.set(text[i], (counts.get(text[i]) ?? 0) + 1);
    return counts.size === 1 ? NaN : Math.max(...counts.values()) / list.length;
  }).filter((share) => !Number.isNaN(share));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

const DATE_CHANCE = blindChance(DATES);
const NAME_CHANCES = new Map([...LISTS].map(([length, list]) => [length, blindChance(list)]));

/** @param {string} text @param {Glyphs} glyphs */
function widthOf(text, glyphs) {
  return Array.from(text).reduce((width, character) => width + glyphOf(glyphs, character).advance, 0);
}

/** @param {Glyphs} glyphs @param {string} character */
export function glyphOf(glyphs, character) {
  const glyph = glyphs.get(character);
  if (glyph === undefined) throw new Error(`No glyph for ${character}`);
  return glyph;
}

/** @param {string} shape @param {Dice} dice @param {Glyphs} glyphs @returns {Secret} */
function digits(shape, dice, glyphs) {
  const positions = Array.from(shape, (c) => (c === ' ' ? [' '] : [...DIGITS]));
  const text = positions.map((choices) => dice.pick(choices)).join('');
  return { text, positions, alphabet: DIGITS, width: widthOf(text, glyphs), chance: 1 / DIGITS.length };
}

/** @type {Readonly<Record<Kind, (dice: Dice, glyphs: Glyphs, size: number) => Secret>>} */
const KINDS = Object.freeze({
  /** A card's number: sixteen digits in groups of four. */
  number: (dice, glyphs) => digits('dddd dddd dddd dddd', dice, glyphs),
  /** What stands on a card's back, or a PIN: in a region that is no long line. */
  code: (dice, glyphs) => digits(dice.pick(['ddd', 'dddd']), dice, glyphs),
  /** A region to itself, as what reads characters gives them. */
  digit: (dice, glyphs) => digits('d', dice, glyphs),
  date(dice, glyphs) {
    const text = dice.pick(DATES);
    return { text, list: DATES, alphabet: DIGITS, width: widthOf(text, glyphs), chance: DATE_CHANCE };
  },
  /** A capital and three to five letters, as they come: no list helps. */
  name(dice, glyphs, size) {
    const positions = [[...CAPITALS], ...Array.from({ length: dice.between(3, 5) }, () => [...LETTERS])];
    const mean = positions.reduce((sum, choices) => sum + widthOf(choices.join(''), glyphs) / choices.length, 0);
    const width = Math.round(mean + size * 0.2 * Math.sqrt(positions.length)); // all but a few fit
    let text;
    do text = positions.map((choices) => dice.pick(choices)).join('');
    while (widthOf(text, glyphs) > width);
    return { text, positions, alphabet: CAPITALS + LETTERS, width, chance: 1 / LETTERS.length };
  },
  'listed name'(dice, glyphs) {
    const length = dice.between(4, 6);
    const list = LISTS.get(length) ?? [];
    const width = Math.max(...list.map((name) => widthOf(name, glyphs)));
    const chance = NAME_CHANCES.get(length) ?? 0;
    return { text: dice.pick(list), list, alphabet: CAPITALS + LETTERS, width, chance };
  },
});

export const KIND_NAMES = Object.freeze(/** @type {Kind[]} */ (Object.keys(KINDS)));

/** @param {Kind} kind @param {Dice} dice @param {Glyphs} glyphs @param {number} size @returns {Secret} */
export function makeSecret(kind, dice, glyphs, size) {
  return KINDS[kind](dice, glyphs, size);
}
