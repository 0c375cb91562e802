/**
 * Where a note goes: by what the conversation is just now, and by what there is to write to. Pure, a table for the tests.
 *
 * The targets are tried in the order of ANNOTATE. Attributes are for a call that goes on, recordings for one that has ended.
 * A case is often opened, and a recording always ready, only some time after a call: so long as either may still come, what
 * stands behind it in the list waits.
 */

/** After-call work, and the making of a recording. */
export const SETTLE_MS = 15 * 60_000;

/** @typedef {import('./annotation.js').TargetName} TargetName */

/** What may still come. @type {ReadonlySet<TargetName>} */
const LATE = new Set(['case', 'recording']);

/**
 * @typedef {{ live: true } | { live: false, endedForMs: number }} ConversationState
 * @typedef {{ target: TargetName } | { wait: TargetName } | { nothing: true }} Choice
 */

/**
 * @param {readonly TargetName[]} targets In order.
 * @param {ConversationState} state
 * @param {ReadonlySet<TargetName>} missing What was looked for and is not there.
 * @returns {Choice}
 */
export function choose(targets, state, missing) {
  const isSettled = !state.live && state.endedForMs >= SETTLE_MS;
  /** @type {TargetName | undefined} */
  let waiting;
  for (const target of targets) {
    if (target === 'attributes') {
      // Not after the end: Analytics would not keep them.
      if (state.live && !missing.has(target)) return { target };
      continue;
    }
    if (waiting !== undefined) continue;
    const isThere = !missing.has(target) && !(target === 'recording' && state.live);
    if (isThere) return { target };
    if (LATE.has(target) && !isSettled) waiting = target;
  }
  return waiting === undefined ? { nothing: true } : { wait: waiting };
}

/** Of a Conversation in the Platform API. @param {any} conversation @param {number} now @returns {ConversationState} */
export function stateOf({ endTime, participants }, now) {
  const ends = Array.isArray(participants) ? participants.map((participant) => participant?.endTime) : [];
  const last = endTime ?? (ends.length > 0 && ends.every(Boolean) ? ends.sort().at(-1) : undefined);
  if (last === undefined || last === null) return { live: true };
  const at = Date.parse(last);
  return { live: false, endedForMs: Number.isNaN(at) ? SETTLE_MS : Math.max(0, now - at) };
}
