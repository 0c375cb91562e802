/**
 * The right interaction, against a model of the guide's `VideoClient` that knows whose each participant is: the agent
 * turns from one to the other at any time, customers come, leave and come back, streams are late, and some share a track.
 * What a capture ends with is the truth; anything else is refused with a reason.
 *
 * What a client is expected to do: somebody comes while their interaction is the active one, or it becomes so in the same
 * turn of the event loop, or, where none is active, it is the next; and it tells of somebody once that has happened.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { chooseTarget, followTarget } from '../../js/frames/target.js';
import { fromVideoClient } from '../../js/genesys/index.js';
import { Track } from './genesys-fakes.js';
import { firstSeed, forEachSeed } from './random.js';

/** @typedef {import('./dice.js').Dice} Dice */
/** @typedef {{ id: string, home: string | null, track: Track, isThere: boolean, object: any }} Somebody */

const REASONS = /^(no-source|interaction-ambiguous|interaction-changed|camera-off|stream-ended)$/;
const WORLDS = 1000;
const STEPS = 30;
const INTERACTIONS = ['a', 'b'];

const settled = () => new Promise((resolve) => setImmediate(resolve));

class World extends EventEmitter {
  /** @type {string | null} */
  active = null;
  /** @type {Somebody[]} */
  people = [];
  /** Everybody who has come, each time. @type {Somebody[]} */
  arrivals = [];
  /** Whom a track shows. @type {Map<Track, Somebody>} */
  pictures = new Map();

  /** @param {Dice} dice */
  constructor(dice) {
    super();
    this.dice = dice;
    this.active = dice.pick([null, 'a']);
    /** Whether participants say whose they are. */
    this.tells = dice.between(0, 4) === 0;
  }

  getActiveInteraction() {
    return this.active === null ? this.dice.pick([null, { id: null }]) : { id: this.active };
  }

  /** What the page knows of its own accord: of some, nothing. @param {any} participant */
  interactionOf({ id }) {
    return id.endsWith('0') ? null : this.people.find((each) => each.id === id)?.home;
  }

  /** @returns {boolean} Whether the turn of the event loop ends with it. */
  step() {
    const { dice } = this;
    const { length } = this.arrivals;
    this.happen();
    return this.arrivals.length > length || dice.between(0, 2) > 0;
  }

  happen() {
    const { dice } = this;
    const somebody = this.people.length > 0 ? dice.pick(this.people) : undefined;
    if (!somebody || dice.between(0, 5) === 0) return this.come(this.somebodyNew());
    dice.pick([
      () => this.turn(dice.pick([...INTERACTIONS, null])),
      () => this.turn(dice.pick(INTERACTIONS)),
      () => (somebody.isThere ? this.leave(somebody) : this.come(somebody)),
      () => this.update(somebody),
      () => this.showAnother(somebody),
    ])();
  }

  /** @returns {Somebody} */
  somebodyNew() {
    const { dice, people } = this;
    const id = `${dice.pick(['p', 'q'])}${people.length}`;
    const track = people.length > 0 && dice.between(0, 7) === 0 ? dice.pick(people).track : new Track(id);
    const somebody = { id, home: null, track, isThere: false, object: undefined };
    people.push(somebody);
    return somebody;
  }

  /** Under the active interaction; mostly their own of before, where they have been there. @param {Somebody} somebody */
  come(somebody) {
    const { dice } = this;
    const wanted = somebody.home && dice.between(0, 3) > 0 ? somebody.home : dice.pick([this.active, ...INTERACTIONS]);
    const isBefore = dice.between(0, 1) === 0 && wanted !== null;
    if (!isBefore && wanted !== null) this.turn(wanted);
    somebody.isThere = true;
    this.arrivals.push(somebody);
    const isLate = dice.between(0, 2) === 0;
    somebody.object = this.describe(somebody, wanted, isLate ? [] : undefined);
    somebody.home = wanted;
    this.pictures.set(somebody.track, somebody);
    this.emit('participant-added', somebody.object);
    if (isBefore) this.turn(wanted);
    if (!isLate) return;
    somebody.object.streams = this.describe(somebody, wanted).streams;
    this.emit('stream-added', ...dice.pick([[somebody.object], [somebody.object.streams[0], somebody.object], []]));
  }

  /** @param {Somebody} somebody @param {string | null} interactionId @param {any[]} [streams] */
  describe({ id, track }, interactionId, streams) {
    const mediaStream = Object.assign(new EventTarget(), { getVideoTracks: () => [track] });
    const told = this.tells && interactionId !== null ? { interactionId } : {};
    return { id, isRemote: true, streams: streams ?? [{ type: 'video', mediaStream }], ...told };
  }

  /** @param {Somebody} somebody */
  leave(somebody) {
    somebody.isThere = false;
    if (this.pictures.get(somebody.track) === somebody) this.pictures.delete(somebody.track);
    this.emit('participant-left', this.dice.pick([somebody.object, somebody.id]));
    // Too late: they have left.
    if (this.dice.between(0, 3) === 0) this.emit('participant-updated', somebody.object);
  }

  /** Another event about somebody, by a new object. @param {Somebody} somebody */
  update(somebody) {
    if (!somebody.isThere) return;
    somebody.object = { ...somebody.object, videoMuted: this.dice.pick([true, false]) };
    this.emit(this.dice.pick(['participant-updated', 'stream-updated', 'stream-added']), somebody.object);
  }

  /** Of those who share a track, another is in the picture. @param {Somebody} somebody */
  showAnother({ track }) {
    const there = this.people.filter((each) => each.isThere && each.track === track && !each.object.videoMuted);
    if (there.length > 0) this.pictures.set(track, this.dice.pick(there));
  }

  /** @param {string | null} interaction */
  turn(interaction) {
    this.active = interaction;
    if (interaction === null) return;
    for (const somebody of this.people) {
      if (somebody.home !== null || !somebody.isThere) continue;
      somebody.home = interaction;
      this.emit('participant-updated', somebody.object);
    }
  }

  /** @param {any} target */
  check({ track, interactionId, participantId }) {
    const somebody = this.pictures.get(track);
    if (!somebody || somebody.object.videoMuted) return;
    assert.equal(participantId, somebody.id);
    if (somebody.home !== null) assert.equal(interactionId, somebody.home);
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

test('whatever comes of a capture is filed under its own interaction and participant', async (t) => {
  const counts = { captured: 0, chosen: 0, refused: 0 };
  await forEachSeed(WORLDS, async (dice) => {
    const world = new World(dice);
    const interactionOf = dice.between(0, 4) === 0 ? world.interactionOf.bind(world) : undefined;
    const sources = [undefined, ...INTERACTIONS].map((interactionId) =>
      fromVideoClient(world, { interactionId, interactionOf }),
    );
    if (dice.between(0, 1) === 0) sources[0].on('change', () => accepted(() => chooseTarget(sources[0])));
    /** @type {{ source: any, target: any, names: any }[]} */
    let captures = [];
    for (let step = 0; step < STEPS; step += 1) {
      const isEnd = world.step();
      const source = dice.pick(sources);
      const people = world.people.map(({ id }) => id);
      const names = {
        interactionId: dice.pick([undefined, 'a', 'b']),
        participantId: dice.pick([undefined, ...people]),
      };
      const target = accepted(() => chooseTarget(source, names.interactionId, names.participantId));
      if (target) captures.push({ source, target, names });
      else counts.refused += 1;
      if (!isEnd) continue;
      // A frame is never there in the turn in which it was asked for.
      await settled();
      captures = captures.filter((capture) => {
        capture.target = accepted(() => followTarget(capture.source, capture.target));
        if (!capture.target) return false;
        counts.captured += 1;
        world.check(capture.target);
        for (const name of ['interactionId', 'participantId']) {
          if (capture.names[name] === undefined) continue;
          counts.chosen += 1;
          assert.equal(capture.target[name], capture.names[name]);
        }
        return dice.between(0, 3) > 0;
      });
    }
    for (const source of sources) source.dispose();
  });
  t.diagnostic(`CASEFRAME_SEED=${firstSeed}: ${JSON.stringify(counts)}`);
  assert.ok(counts.captured > WORLDS && counts.chosen > WORLDS / 2, 'nothing is won by refusing');
});
