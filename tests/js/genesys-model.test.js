/**
 * The right person, against a model that knows who is on which track: participants come, go, come back, mute and share,
 * the server shows others and tells of it late, in any order, partly or never, sessions end, move and are replaced. What
 * a capture accepts, when it begins and each time it looks again, is the truth; anything else is refused with a reason.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseTarget, followTarget } from '../../js/frames/target.js';
import { fromWebrtcSdk } from '../../js/genesys/index.js';
import { Sdk } from './genesys-fakes.js';
import { Call, PHONE } from './genesys-model.js';
import { firstSeed, forEachSeed } from './random.js';

/** @typedef {import('./dice.js').Dice} Dice */

const REASONS = /^(no-source|interaction-ambiguous|interaction-changed|camera-off|stream-ended)$/;
const WORLDS = 1000;
const STEPS = 50;

class World {
  sdk = new Sdk();
  /** The newest last. @type {Call[]} */
  calls = [];
  /** @type {Set<Call>} */
  over = new Set();
  /** Kept by a connection that has died: nothing comes of them any more. @type {Set<Call>} */
  replaced = new Set();

  /** @param {Dice} dice */
  constructor(dice) {
    this.dice = dice;
    this.begin('a');
    if (dice.between(0, 1) === 0) this.begin('b');
  }

  /** @param {string} conversationId */
  begin(conversationId) {
    const call = new Call(this.dice, conversationId, `${conversationId}-${this.calls.length}`);
    this.calls.push(call);
    this.sdk.start(call.session);
    return call;
  }

  living() {
    return this.calls.filter((call) => !this.over.has(call) && !this.replaced.has(call));
  }

  step() {
    const { dice } = this;
    const living = this.living();
    if (living.length === 0) return void this.begin(dice.pick(['a', 'b']));
    const call = dice.pick(living);
    if (dice.between(0, 59) > 0) return call.step();
    return dice.pick([() => this.end(call), () => this.interrupt(call), () => this.reconnect(call)])();
  }

  /** @param {Call} call */
  end(call) {
    this.over.add(call);
    this.sdk.end(call.session);
  }

  /** The SDK gives a session up and goes on listing it, while its media flows on. @param {Call} call */
  interrupt(call) {
    this.over.add(call);
    this.sdk.emit('sessionEnded', call.session, { condition: 'gone' });
  }

  /** Another session takes its place, with the same people. @param {Call} call */
  reconnect(call) {
    const next = this.begin(call.session.conversationId);
    next.people = new Map(Array.from(call.people, ([id, somebody]) => [id, { ...somebody, sharing: '' }]));
    next.change();
    call.pictures.clear();
    this.replaced.add(call);
  }

  /** @param {any} target */
  check({ track, interactionId, participantId, kind }) {
    const call = this.calls.find(({ tracks }) => tracks.includes(track));
    assert.ok(call && !this.over.has(call), 'a picture that is there');
    assert.equal(interactionId, call.session.conversationId);
    const picture = call.pictures.get(track);
    if (!picture) return;
    assert.notEqual(picture.id, PHONE, 'the agent is no target');
    assert.notEqual(picture.kind, 'playback', 'a recording is no target');
    if (participantId !== null) assert.deepEqual({ id: participantId, kind }, { ...picture }, call.names);
  }
}

/** @param {() => any} action @returns {any} What was accepted; undefined where it was refused with a reason. */
function accepted(action) {
  try {
    return action();
  } catch (error) {
    if (!REASONS.test(error.code)) throw error;
    return undefined;
  }
}

/**
 * One that comes late has not heard whom each track shows. It goes by who is present, and knows of no recording.
 * @param {World} world @param {Dice} dice
 */
function randomSource({ sdk, calls }, dice) {
  for (const call of calls) if (call.isPlaying) call.play();
  const { session } = dice.pick(calls);
  const participantId = dice.pick([undefined, undefined, randomPerson(calls, dice)]);
  const interactionId = dice.pick([undefined, undefined, session.conversationId]);
  return fromWebrtcSdk(sdk, { kind: dice.pick(['any', 'any', 'camera', 'screen']), interactionId, participantId });
}

/** @param {Call[]} calls @param {Dice} dice */
function randomPerson(calls, dice) {
  const { session, people } = dice.pick(calls);
  return dice.pick([...people.keys(), `p of ${session.conversationId}`, `q of ${session.conversationId}`]);
}

test('whatever is accepted is the truth, with and without names, from the beginning to the end', async (t) => {
  const counts = { chosen: 0, followed: 0, refused: 0, certain: 0 };
  await forEachSeed(WORLDS, (dice) => {
    const world = new World(dice);
    const all = fromWebrtcSdk(world.sdk);
    const sources = [all];
    /** @type {{ source: any, target: any, names: any }[]} */
    let captures = [];
    for (let step = 0; step < STEPS; step += 1) {
      world.step();
      if (dice.between(0, 19) === 0) {
        sources.push(randomSource(world, dice));
        if (sources.length > 4) sources.splice(1, 1)[0].dispose();
      }
      captures = captures.filter((capture) => {
        if (dice.between(0, 2) > 0) return true;
        capture.target = accepted(() => followTarget(capture.source, capture.target));
        if (!capture.target) return false;
        counts.followed += 1;
        checkNames(capture);
        world.check(capture.target);
        return dice.between(0, 9) > 0;
      });
      const source = dice.pick(sources);
      const names = {
        interactionId: dice.pick([undefined, dice.pick(world.calls).session.conversationId]),
        participantId: dice.pick([undefined, randomPerson(world.calls, dice)]),
      };
      const target = accepted(() => chooseTarget(source, names.interactionId, names.participantId));
      if (target) {
        counts.chosen += 1;
        checkNames({ target, names });
        world.check(target);
        captures.push({ source, target, names });
      } else counts.refused += 1;
    }
    for (const call of world.living()) {
      if (call !== world.calls.filter(({ session }) => session.conversationId === call.session.conversationId).pop())
        continue;
      counts.certain += checkCertain(world, call);
    }
    for (const source of sources) source.dispose();
  });
  t.diagnostic(`CASEFRAME_SEED=${firstSeed}: ${JSON.stringify(counts)}`);
  assert.ok(
    counts.chosen > WORLDS && counts.followed > WORLDS && counts.certain > WORLDS / 4,
    'nothing is won by refusing',
  );
});

/** @param {{ target: any, names: any }} capture */
function checkNames({ target, names }) {
  for (const name of ['interactionId', 'participantId']) {
    if (names[name] !== undefined) assert.equal(target[name], names[name], name);
  }
}

/** Once a server has told all, whoever it names can be captured. @param {World} world @param {Call} call */
function checkCertain(world, call) {
  const sources = {
    camera: fromWebrtcSdk(world.sdk, { kind: 'camera' }),
    screen: fromWebrtcSdk(world.sdk, { kind: 'screen' }),
  };
  call.settle();
  const isNamed = ['id', 'both'].includes(call.names) && call.tellsContent;
  const named = isNamed ? Array.from(call.pictures).filter(([, { id }]) => id !== '' && id !== PHONE) : [];
  for (const [track, { id, kind }] of named) {
    const source = sources[/** @type {'camera' | 'screen'} */ (kind)];
    assert.equal(chooseTarget(source, call.session.conversationId, id).track, track);
  }
  for (const source of Object.values(sources)) source.dispose();
  return named.length;
}
