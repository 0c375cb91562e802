/** `kill -9` at every step of an upload, again and again, while clients upload. */

import { CRASH_POINTS } from '../../../examples/middleware/operations/test-hooks.js';
import { pause } from '../servers/service.js';
import { createClients } from './clients.js';
import { atRest, verify } from './verify.js';

const UPLOADS = 5;
/** How often a round may send more, until the step is reached. */
const MORE = 8;
/** At any moment, between steps and within them. */
export const ANY_MOMENT = 'any moment';

/**
 * @param {import('./stack.js').Stack} stack
 * @param {{ rounds: number, random: () => number, points?: readonly string[], onRound?: (round: number) => void }} options
 */
export async function crashRounds(
  stack,
  { rounds, random, points = [...CRASH_POINTS, ANY_MOMENT], onRound = () => {} },
) {
  const clients = await createClients(stack.address, random);
  /** By point. @type {Map<string, { rounds: number, kills: number }>} */
  const kills = new Map(points.map((point) => [point, { rounds: 0, kills: 0 }]));
  /** Starts it so that it ends at that round's step: a round later than its own, where there are others. @param {number} index @param {number} round */
  async function arm(index, round) {
    const point = round < rounds ? points[round % points.length] : ANY_MOMENT;
    const crash = `${point}@${1 + Math.floor(random() * 2)}`;
    await stack.start(index, point === ANY_MOMENT ? {} : { CASEFRAME_TEST_CRASH: crash });
  }
  for (let index = 0; index < stack.count; index += 1) await arm(index, index);
  /** @type {Promise<void>[]} */
  const uploads = [];
  const upload = (/** @type {string} */ label) => {
    const one = clients.deliver(label);
    one.catch(() => {}); // Told at the end.
    uploads.push(one);
    return one;
  };
  for (let round = 0; round < rounds; round += 1) {
    const point = points[round % points.length];
    const victim = round % stack.count;
    const tally = /** @type {{ rounds: number, kills: number }} */ (kills.get(point));
    tally.rounds += 1;
    const { ended } = /** @type {NonNullable<ReturnType<typeof stack.instance>>} */ (stack.instance(victim));
    let isDead = false;
    ended.then(() => {
      isDead = true;
    });
    for (let n = 0; n < UPLOADS; n += 1) upload(point);
    if (point === ANY_MOMENT) {
      await pause(300 * random());
      stack.instance(victim)?.child.kill('SIGKILL');
    }
    for (let more = 0; !isDead && more < MORE; more += 1) {
      await Promise.race([ended, Promise.all([uploads.at(-1), pause(100)])]);
      if (!isDead) upload(point);
    }
    await Promise.race([ended, pause(2000)]);
    if (isDead) tally.kills += 1;
    // Its clients go on with the next instance, which is to be killed, too. The last ones are to stay.
    await arm(victim, round + stack.count);
    onRound(round);
  }
  await Promise.all(uploads);
  await atRest(stack);
  await stack.drain();
  const { counts, problems } = await verify(stack, clients.sent);
  return { kills, counts, problems, tries: clients.tries(), uploads: clients.sent.length };
}
