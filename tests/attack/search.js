/**
 * The search for the text: each character's probability at each position, given the bounds. Not the best string but the
 * best character at each position is what recovers most characters.
 */
import { glyphOf } from './secret.js';

/** @typedef {import('./evidence.js').Bound} Bound */
/** @typedef {import('./mosaic.js').Span} Span */
/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {Map<string, number>[]} Marginals A weight for each character, by position. */

/** Ink may reach this far left of a pen, in pixels. */
const OVERHANG = 4;

/** Partial texts that are carried on at each position. */
const BEAM = 250;

/** @param {Scene} scene @param {Bound[]} bounds @param {() => number} random @returns {Marginals} */
export function search(scene, bounds, random) {
  const { positions, list } = scene.secret;
  const terms = termsOf(scene, bounds);
  if (list !== undefined) return tryAll(scene, bounds, terms, list);
  if (positions !== undefined) return carryOn(scene, bounds, terms, positions, random);
  throw new Error('A secret has a list or positions');
}

/**
 * What a character at a pen adds to the bounds it touches: pairs of index and term, remembered.
 * @param {Scene} scene
 * @param {Bound[]} bounds
 * @returns {(character: string, pen: number) => number[]}
 */
function termsOf({ glyphs, baseline, width }, bounds) {
  /** @type {Map<number, number[]>} */
  const known = new Map();
  return (character, pen) => {
    const key = pen * 256 + character.charCodeAt(0);
    let pairs = known.get(key);
    if (pairs === undefined) {
      pairs = [];
      const glyph = glyphOf(glyphs, character);
      const [left, top] = [pen + glyph.left, baseline + glyph.top];
      for (let k = 0; k < bounds.length; k++) {
        const { across, down, plane, gains } = bounds[k];
        if (across.end <= left || across.begin >= left + glyph.width) continue;
        let sum = 0;
        const right = Math.min(across.end, left + glyph.width);
        const bottom = Math.min(down.end, top + glyph.height);
        for (let y = first(down, top); y < bottom; y += down.step) {
          const start = (y - top) * glyph.width - left;
          for (let x = first(across, left); x < right; x += across.step) {
            const coverage = glyph.coverage[start + x];
            if (coverage !== 0) sum += gains[(plane[y * width + x] << 8) | coverage];
          }
        }
        if (sum !== 0) pairs.push(k, sum);
      }
      known.set(key, pairs);
    }
    return pairs;
  };
}

/** The span's first point at or after `least`. @param {Span} span @param {number} least */
function first({ begin, step }, least) {
  return begin >= least ? begin : begin + Math.ceil((least - begin) / step) * step;
}

/** @param {Bound} bound @param {number} sum */
function likelihood({ low, high, sigma }, sum) {
  if (sum >= low && sum <= high) return 1;
  const beyond = Math.max(low - sum, sum - high, 0) / sigma;
  return Math.max(1e-9, Math.exp(-0.5 * beyond * beyond));
}

/**
 * Every text there is: the exact posterior.
 * @param {Scene} scene
 * @param {Bound[]} bounds
 * @param {ReturnType<typeof termsOf>} terms
 * @param {readonly string[]} list
 */
function tryAll({ x, glyphs }, bounds, terms, list) {
  const length = list[0].length;
  const { sorted, codes } = sortedOf(list);
  const likelihoods = new Float64Array(list.length);
  // Sums and pens after so many characters: of a text only what differs from the one before is placed anew.
  const sums = Array.from({ length: length + 1 }, () => new Float64Array(bounds.length));
  const pens = [x];
  const lows = Float64Array.from(bounds, ({ low }) => low);
  const highs = Float64Array.from(bounds, ({ high }) => high);
  let before = '';
  for (const index of sorted) {
    const text = list[index];
    let at = 0;
    while (at < before.length && text[at] === before[at]) at++;
    for (; at < length; at++) {
      sums[at + 1].set(sums[at]);
      add(sums[at + 1], terms(text[at], pens[at]));
      pens[at + 1] = pens[at] + glyphOf(glyphs, text[at]).advance;
    }
    before = text;
    const whole = sums[length];
    let likely = 1;
    for (let k = 0; k < bounds.length; k++) {
      if (whole[k] < lows[k] || whole[k] > highs[k]) likely *= likelihood(bounds[k], whole[k]);
    }
    likelihoods[index] = likely;
  }
  return Array.from({ length }, (_, i) => {
    const weights = new Float64Array(128); // by the character's code
    for (let index = 0; index < list.length; index++) weights[codes[i][index]] += likelihoods[index];
    const seen = [...weights.keys()].filter((code) => weights[code] > 0);
    return new Map(seen.map((code) => [String.fromCharCode(code), weights[code]]));
  });
}

/** @type {WeakMap<readonly string[], { sorted: number[], codes: Uint8Array[] }>} */
const sortedLists = new WeakMap();

/**
 * The indices of a list in the order of its texts, where neighbours begin alike; and its characters' codes, by position.
 * @param {readonly string[]} list
 */
function sortedOf(list) {
  let ofList = sortedLists.get(list);
  if (ofList === undefined) {
    const sorted = [...list.keys()].sort((a, b) => (list[a] < list[b] ? -1 : 1));
    const codes = Array.from(list[0], (_, i) => Uint8Array.from(list, (text) => text.charCodeAt(i)));
    ofList = { sorted, codes };
    sortedLists.set(list, ofList);
  }
  return ofList;
}

/** @param {Float64Array} sums @param {number[]} pairs */
function add(sums, pairs) {
  for (let i = 0; i < pairs.length; i += 2) sums[pairs[i]] += pairs[i + 1];
}

/**
 * A partial text, or rather all that have come to the same pen and the same open sums.
 * @typedef {object} State
 * @property {number} pen
 * @property {Float64Array} sums
 * @property {number} forward Probability of what is behind.
 * @property {number} backward Likelihood of what is ahead.
 * @property {{ from: State, character: string, likelihood: number }[]} edges
 */

/**
 * From left to right through all texts, as a hidden Markov model: a window that lies behind the pen is judged and
 * forgotten; partial texts that can no longer be told apart become one; the likeliest are carried on. Then from right
 * to left for the probabilities.
 * @param {Scene} scene
 * @param {Bound[]} bounds
 * @param {ReturnType<typeof termsOf>} terms
 * @param {string[][]} positions
 * @param {() => number} random
 * @returns {Marginals}
 */
function carryOn({ x, glyphs, secret }, bounds, terms, positions, random) {
  const end = x + secret.width;
  /** @type {State[][]} */
  const layers = [[{ pen: x, sums: new Float64Array(bounds.length), forward: 1, backward: 0, edges: [] }]];
  const sums = new Float64Array(bounds.length); // Of the text that is looked at; copied for those that are carried on.
  positions.forEach((choices, i) => {
    /** @type {Map<number, State>} */
    const next = new Map();
    const steps = choices.map((character) => ({ character, advance: glyphOf(glyphs, character).advance }));
    for (const from of layers[i]) {
      for (const { character, advance } of steps) {
        const pen = from.pen + advance;
        if (pen > end) continue;
        sums.set(from.sums);
        add(sums, terms(character, from.pen));
        const behind = i + 1 === positions.length ? Infinity : pen - OVERHANG;
        const { key, likely } = judge(bounds, sums, pen, behind, from.pen - OVERHANG);
        let state = next.get(key);
        if (state === undefined) {
          state = { pen, sums: sums.slice(), forward: 0, backward: 0, edges: [] };
          next.set(key, state);
        }
        state.forward += from.forward * likely;
        state.edges.push({ from, character, likelihood: likely });
      }
    }
    layers.push(normalised(likeliest([...next.values()], random), 'forward'));
  });

  for (const state of layers[positions.length]) state.backward = 1;
  return positions
    .map((_, i) => positions.length - i)
    .map((i) => {
      /** @type {Map<string, number>} */
      const counts = new Map();
      for (const state of layers[i]) {
        for (const { from, character, likelihood: likely } of state.edges) {
          from.backward += likely * state.backward;
          counts.set(character, (counts.get(character) ?? 0) + from.forward * likely * state.backward);
        }
      }
      normalised(layers[i - 1], 'backward');
      return counts;
    })
    .reverse();
}

/**
 * Judges the windows that the pen has left since `before`, clears their sums, and names the state by what is open.
 * @param {Bound[]} bounds @param {Float64Array} sums @param {number} pen @param {number} behind @param {number} before
 */
function judge(bounds, sums, pen, behind, before) {
  let likely = 1;
  let key = pen;
  for (let k = 0; k < bounds.length; k++) {
    const { across, grain } = bounds[k];
    if (across.end <= behind) {
      if (across.end > before) likely *= likelihood(bounds[k], sums[k]);
      sums[k] = 0;
    } else if (sums[k] !== 0) {
      key = (Math.imul(key, 31) + Math.imul(Math.round(sums[k] / grain), 2654435) + k * 97) | 0;
    }
  }
  return { key, likely: Math.max(likely, 1e-12) };
}

/**
 * At most BEAM of them, drawn by weight without replacement (Gumbel's trick).
 * @param {State[]} states
 * @param {() => number} random
 */
function likeliest(states, random) {
  if (states.length <= BEAM) return states;
  return states
    .map((state) => ({ state, rank: Math.log(state.forward) - Math.log(-Math.log(random())) }))
    .sort((a, b) => b.rank - a.rank)
    .slice(0, BEAM)
    .map(({ state }) => state);
}

/** @param {State[]} states @param {'forward' | 'backward'} which */
function normalised(states, which) {
  const sum = states.reduce((total, state) => total + state[which], 0);
  for (const state of states) state[which] /= sum;
  return states;
}
