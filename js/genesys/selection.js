/** Which of the pictures an adapter knows are offered, and the source that offers them. */

import { attempt } from '../attempt.js';
import { invalidArgument, misnamed } from '../errors.js';

/** @import { CaptureSource, Target } from '../frames/source.js' */
/** @typedef {'camera' | 'screen' | 'any'} Kind */

/**
 * @typedef {object} Selection
 * @property {Kind} [kind] `'any'` (default) offers cameras before shared screens.
 * @property {string} [interactionId] Only pictures of this interaction.
 * @property {string} [participantId] Only pictures of this participant.
 */

const KINDS = ['camera', 'screen', 'any'];

const ID = /** @type {const} */ ([
  'an id',
  (/** @type {unknown} */ value) => typeof value === 'string' && value !== '',
]);

/** What each field is, and whether a value is that. @type {Record<string, readonly [string, (value: any) => boolean]>} */
const FIELDS = {
  kind: [KINDS.join(' or '), (value) => KINDS.includes(value)],
  interactionId: ID,
  participantId: ID,
  interactionOf: ['a function', (value) => typeof value === 'function'],
};

/**
 * Each field is read once, so that what is checked is what is used. A name that only looks like one of them would be no
 * filter, in silence.
 * @template {Selection} T
 * @param {T} options
 * @returns {T}
 * @throws {import('../errors.js').CaptureError} `invalid-argument`
 */
export function readSelection(options) {
  /** @type {any} */
  const given = {};
  if (Object(options) !== options) throw invalidArgument('options', 'an object', options);
  let error;
  try {
    for (const name in FIELDS) given[name] = /** @type {any} */ (options)[name];
    error = misnamed(options, Object.keys(FIELDS));
  } catch (cause) {
    throw Object.assign(invalidArgument('options', 'a readable object', options), { cause });
  }
  if (error) throw error;
  for (const name in FIELDS) {
    const [expected, isValid] = FIELDS[name];
    if (given[name] !== undefined && !isValid(given[name])) throw invalidArgument(name, expected, given[name]);
  }
  return given;
}

/**
 * @param {Selection} selection
 * @param {() => Target[]} list Everything there is, now.
 * @param {() => void} letGo
 * @returns {{ source: CaptureSource, changed: () => void }}
 */
export function createSource({ kind = 'any', interactionId, participantId }, list, letGo) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  let disposed = false;

  /** @param {Target} target */
  const isWanted = (target) =>
    ['any', target.kind].includes(kind) &&
    [undefined, target.interactionId].includes(interactionId) &&
    [undefined, target.participantId].includes(participantId);

  return {
    source: {
      targets: () =>
        disposed
          ? []
          : list()
              .filter(isWanted)
              .sort((a, b) => rank(a) - rank(b)),
      on(_event, listener) {
        const entry = () => listener();
        if (!disposed) listeners.add(entry);
        return () => listeners.delete(entry);
      },
      dispose() {
        if (disposed) return;
        disposed = true;
        // Whoever holds the pictures' frames lets go of them.
        attempt(...listeners);
        listeners.clear();
        letGo();
      },
    },

    /** A mistake in the page is not for the SDK, whose event this is, nor for the other listeners. */
    changed: () => attempt(...listeners),
  };
}

/** Cameras before screens, and what flows before what does not. @param {Target} target */
function rank({ kind, track }) {
  return (kind === 'camera' ? 0 : 2) + (track && !track.muted ? 0 : 1);
}
