/** Which of the pictures an adapter knows are offered, and the source that offers them. */

import { attempt } from '../attempt.js';
import { invalidArgument } from '../errors.js';

/** @import { CaptureSource, Target } from '../frames/source.js' */
/** @typedef {'camera' | 'screen' | 'any'} Kind */

/**
 * @typedef {object} Selection
 * @property {Kind} [kind] `'any'` (default) offers cameras before shared screens.
 * @property {string} [interactionId] Only pictures of this interaction.
 * @property {string} [participantId] Only pictures of this participant.
 */

const KINDS = ['camera', 'screen', 'any'];

/** @param {Selection} selection */
export function checkSelection(selection) {
  if (Object(selection) !== selection) throw invalidArgument('options', 'an object', selection);
  const { kind = 'any', interactionId, participantId } = selection;
  if (!KINDS.includes(kind)) throw invalidArgument('kind', KINDS.join(' or '), kind);
  for (const [name, value] of Object.entries({ interactionId, participantId })) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw invalidArgument(name, 'an id', value);
    }
  }
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
      targets: () => (disposed ? [] : list().filter(isWanted).sort(byPreference)),
      on(_event, listener) {
        const entry = () => listener();
        if (!disposed) listeners.add(entry);
        return () => listeners.delete(entry);
      },
      dispose() {
        if (disposed) return;
        disposed = true;
        listeners.clear();
        letGo();
      },
    },

    /** A mistake in the page is not for the SDK, whose event this is, nor for the other listeners. */
    changed: () => attempt(...listeners),
  };
}

/** Cameras before screens, and what flows before what does not. @param {Target} a @param {Target} b */
function byPreference(a, b) {
  return rank(a) - rank(b);
}

/** @param {Target} target */
function rank({ kind, track }) {
  return (kind === 'camera' ? 0 : 2) + (track && !track.muted ? 0 : 1);
}
