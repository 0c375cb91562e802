/**
 * Waiting for what a test is about, in a call: until it was seen, and for as many ticks of the customer's clock as that
 * may take. A busy machine slows this clock down with everything else, so that it gives nothing up early.
 */

/** Half a minute of a call on a quiet machine. */
const MAX_BEATS = 900;

/** How long no picture may come before the pictures have stopped: Firefox repeats the last one every 30 ticks. */
const QUIET_BEATS = 15;

/** What can be on its way at most, from the customer to the page: a second and a half. */
const IN_FLIGHT_BEATS = 45;

/** @typedef {Awaited<ReturnType<typeof import('./call.js').startCall>>} Call */

/**
 * Resolves once the condition holds.
 * @param {Call} call @param {() => unknown} condition @param {string} [what] It is.
 */
export async function until({ sending }, condition, what = String(condition)) {
  const end = sending.beats() + MAX_BEATS;
  while (!(await condition())) {
    if (sending.beats() > end) throw new Error(`Not within ${MAX_BEATS} frames: ${what}`);
    await sending.beat();
  }
}

/** @param {Call} call @param {number} count */
export function beats(call, count) {
  const end = call.sending.beats() + count;
  return until(call, () => call.sending.beats() >= end);
}

/** After the customer has stopped: what was on its way has come, and nothing comes any more. @param {Call} call */
export async function hasStopped(call) {
  await beats(call, IN_FLIGHT_BEATS);
  let last = await decoded(call);
  let since = call.sending.beats();
  const isQuiet = async () => {
    const now = await decoded(call);
    if (now !== last) since = call.sending.beats();
    last = now;
    return call.sending.beats() - since >= QUIET_BEATS;
  };
  await until(call, isQuiet, 'no picture comes any more');
}

/** How many pictures the agent's decoder has put out; undefined where there is no network. @param {Call} call */
async function decoded({ receiver }) {
  const reports = receiver ? await receiver.getStats() : new Map();
  for (const [, { type, framesDecoded }] of reports) if (type === 'inbound-rtp') return framesDecoded;
  return undefined;
}
