/** What the real SDK emitted in a browser, replayed: the same answers at each step, whoever adopts it when. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fromWebrtcSdk } from '../../js/genesys/index.js';
import { distinct, OFFERED, RECORDING } from '../fixtures/genesys/recording.js';
import { brief, countListeners, Sdk, Session, Track } from './genesys-fakes.js';

/** @type {any[]} */
const events = JSON.parse(await readFile(RECORDING, 'utf8'));

function createReplay() {
  const sdk = new Sdk();
  sdk._personDetails = { id: 'agent-user' };
  /** @type {Map<string, Session>} */
  const sessions = new Map();
  /** @type {Map<string, Track>} */
  const tracks = new Map();

  /** @param {any} state */
  function put({ id, tracks: received, connectionState, ...fields }) {
    const session = sessions.get(id) ?? new Session(fields.conversationId, id);
    sessions.set(id, Object.assign(session, fields));
    session.pc.connectionState = connectionState;
    session.pc.transceivers = received.map(({ id: trackId, kind, readyState, mid, currentDirection }) => {
      const track = tracks.get(trackId) ?? new Track(trackId, {}, kind);
      tracks.set(trackId, Object.assign(track, { readyState }));
      return { mid, currentDirection, receiver: { track }, sender: { track: null } };
    });
    return session;
  }

  return {
    sdk,
    /** @param {any} event */
    step({ from, event, args, sessions: states }) {
      sdk.sessions = states.map(put);
      const emitter = from === 'sdk' ? sdk : sessions.get(from);
      const given = args.map((argument) => (argument?.session ? sessions.get(argument.session) : argument));
      if (event === 'participantsUpdate') Object.assign(emitter ?? {}, { _lastParticipantsUpdate: given[0] });
      emitter?.emit(event, ...given);
    },
    emitters: () => [sdk, ...sessions.values()],
  };
}

test('the recording holds what it is said to hold', () => {
  assert.deepEqual(distinct(events), OFFERED);
  const emitted = new Set(events.map(({ event }) => event));
  for (const event of ['sessionStarted', 'participantsUpdate', 'memberStatusUpdate', 'terminated', 'sessionEnded']) {
    assert.ok(emitted.has(event), event);
  }
});

test('step by step, the source offers what it offered in the browser', () => {
  const replay = createReplay();
  const source = fromWebrtcSdk(replay.sdk);
  events.forEach((event, i) => {
    replay.step(event);
    assert.deepEqual(brief(source.targets()), event.offered, `step ${i}: ${event.event}`);
  });
  source.dispose();
  assert.equal(countListeners(...replay.emitters()), 0);
});

test('adopted at any step, it comes to the same, but for what had been told of streams before', () => {
  const told = events.findIndex(({ event }) => event === 'memberStatusUpdate');
  for (let adopted = 0; adopted < events.length; adopted += 1) {
    const replay = createReplay();
    events.slice(0, adopted).forEach(replay.step);
    const source = fromWebrtcSdk(replay.sdk);
    for (const event of events.slice(adopted)) {
      replay.step(event);
      // Who is on a track is told once: later adopters know who is there, not who is on it.
      const isComparable = (/** @type {string} */ target) => adopted <= told || target.startsWith('B ');
      const [seen, expected] = [brief(source.targets()), event.offered].map((list) => list.filter(isComparable));
      assert.deepEqual(seen, expected, `adopted at ${adopted}: ${event.event}`);
    }
    source.dispose();
  }
});

test('no listener stays on a session that the recording ends', () => {
  const replay = createReplay();
  fromWebrtcSdk(replay.sdk);
  events.forEach(replay.step);
  assert.equal(countListeners(...replay.emitters().slice(1)), 0);
});
