/** How late this page's own timers are: no deadline in the page can be kept better than that. */

const BEAT_MS = 50;

/** The moments at which a timer was late, and by how much. */
const late = [];
let lastBeat = performance.now();
setInterval(() => {
  const now = performance.now();
  late.push({ at: now, by: Math.max(0, now - lastBeat - BEAT_MS) });
  lastBeat = now;
}, BEAT_MS);

/** By how much a timer was late at most since then, in ms. @param {number} start By `performance.now()`. */
export function latenessSince(start) {
  return Math.max(
    0,
    performance.now() - lastBeat - BEAT_MS,
    ...late.filter(({ at }) => at > start).map(({ by }) => by),
  );
}
