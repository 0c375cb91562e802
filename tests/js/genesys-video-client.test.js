/**
 * `fromVideoClient` over a contract fake: the package of Genesys' capture guide is on no registry, so that the shape it
 * documents is all there is to test against. Real media through it is in tests/browser/genesys.test.js.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { chooseTarget, followTarget } from '../../js/frames/target.js';
import { fromVideoClient } from '../../js/genesys/index.js';
import { brief, countListeners, Track } from './genesys-fakes.js';

class Client extends EventEmitter {
  /** @type {any} */ interaction = { id: 'a' };
  getActiveInteraction = () => this.interaction;

  /** @param {any} participant */
  join(participant) {
    this.emit('participant-added', participant);
    return participant;
  }
}

/** @param {...Track} tracks */
function mediaStream(...tracks) {
  return Object.assign(new EventTarget(), { getVideoTracks: () => tracks });
}

/** @param {string} id @param {object} [rest] */
function customer(id, rest = {}) {
  const streams = [{ type: 'audio', mediaStream: mediaStream() }, video(new Track(`video of ${id}`))];
  return { id, isRemote: true, streams, ...rest };
}

/** @param {Track} track */
const video = (track, type = 'video') => ({ type, mediaStream: mediaStream(track) });

/** Once what was told in this turn has been taken in. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {() => unknown} action @param {string} code */
const throws = (action, code) => assert.throws(action, { code });

test('a remote participant’s video, filed under the active interaction', async () => {
  const client = new Client();
  const source = fromVideoClient(client);
  client.join({
    id: 'agent',
    isRemote: false,
    streams: [video(new Track('own camera')), video(new Track('own'), 'screen')],
  });
  assert.deepEqual(source.targets(), []);
  client.join(customer('p', { userId: 'u' }));
  assert.deepEqual(brief(source.targets()), ['a p camera video of p']);
  assert.equal(source.targets()[0].userId, 'u');
});

test('who is there already: as a list, a map, or from getParticipants()', () => {
  const p = customer('p');
  for (const present of [
    { participants: [p] },
    { participants: new Map([['p', p]]) },
    { getParticipants: () => [p] },
  ]) {
    const source = fromVideoClient(Object.assign(new Client(), present));
    assert.deepEqual(brief(source.targets()), ['a p camera video of p']);
  }
});

test('streams that come late, as the guide’s event in any of its forms', () => {
  for (const form of ['participant first', 'stream first', 'both in one', 'stream knows', 'nothing']) {
    const client = new Client();
    const source = fromVideoClient(client);
    const participant = client.join({ id: 'p', isRemote: true });
    assert.deepEqual(source.targets(), []);
    let told = 0;
    source.on('change', () => {
      told += 1;
    });
    const stream = { ...video(new Track('late')), isRemote: true };
    participant.streams = [stream];
    const args = {
      'participant first': [participant, stream],
      'stream first': [stream, participant],
      'both in one': [{ participant, stream }],
      'stream knows': [{ ...stream, participant }],
      nothing: [],
    }[form];
    client.emit('stream-added', ...(args ?? []));
    assert.equal(told, 1, form);
    assert.deepEqual(brief(source.targets()), ['a p camera late'], form);
  }
});

test('a stream of somebody unknown first heard of by its stream', () => {
  const client = new Client();
  const source = fromVideoClient(client);
  client.emit('stream-added', { type: 'video', mediaStream: mediaStream(new Track('whose?')) });
  assert.deepEqual(source.targets(), [], 'who is not known to be remote is not');
  const participant = customer('p');
  client.emit('stream-added', participant.streams[1], participant);
  assert.deepEqual(brief(source.targets()), ['a p camera video of p']);
});

test('a media stream whose track comes late, ends, and is replaced', () => {
  const client = new Client();
  const source = fromVideoClient(client);
  /** @type {Track[]} */
  const tracks = [];
  const stream = Object.assign(new EventTarget(), { getVideoTracks: () => tracks });
  client.join({ id: 'p', isRemote: true, streams: [{ type: 'video', mediaStream: stream }] });
  let told = 0;
  source.on('change', () => {
    told += 1;
  });
  assert.deepEqual(source.targets(), []);
  tracks.push(new Track('first'));
  stream.dispatchEvent(new Event('addtrack'));
  assert.equal(told, 1);
  const before = chooseTarget(source);
  tracks[0].end();
  assert.equal(told, 2);
  throws(() => followTarget(source, before), 'stream-ended');
  tracks.push(new Track('second'));
  assert.deepEqual(brief(source.targets()), ['a p camera second']);
});

test('cameras and shared screens, by kind', () => {
  const client = new Client();
  const streams = [video(new Track('shared'), 'screen'), video(new Track('face'))];
  client.join({ id: 'p', isRemote: true, streams });
  const offered = (/** @type {any} */ kind) => {
    const source = fromVideoClient(Object.assign(client, { participants: [{ id: 'p', isRemote: true, streams }] }), {
      kind,
    });
    return brief(source.targets());
  };
  assert.deepEqual(offered('camera'), ['a p camera face']);
  assert.deepEqual(offered('screen'), ['a p screen shared']);
  assert.deepEqual(offered('any'), ['a p camera face', 'a p screen shared']);
});

test('removal: by participant, by id, by stream', () => {
  for (const leave of [
    (/** @type {any} */ client, /** @type {any} */ p) => client.emit('participant-removed', p),
    (/** @type {any} */ client) => client.emit('participant-left', 'p'),
    (/** @type {any} */ client) => client.emit('participant-removed', { id: 'p' }),
    (/** @type {any} */ client, /** @type {any} */ p) => {
      p.streams = [];
      client.emit('stream-removed');
    },
  ]) {
    const client = new Client();
    const source = fromVideoClient(client);
    const p = client.join(customer('p'));
    const before = chooseTarget(source);
    leave(client, p);
    assert.deepEqual(source.targets(), []);
    throws(() => followTarget(source, before), 'stream-ended');
  }
});

test('getActiveInteraction(): null is filed under nothing unless the caller says what, and no change goes unseen', () => {
  for (const interaction of [null, undefined, {}, { id: null }, { id: '' }]) {
    const client = new Client();
    client.interaction = interaction;
    const source = fromVideoClient(client);
    client.join(customer('p'));
    assert.equal(chooseTarget(source).interactionId, null);
    const named = chooseTarget(source, 'mine');
    assert.equal(followTarget(source, named).interactionId, 'mine');
    client.interaction = { id: 'b' };
    throws(() => followTarget(source, named), 'interaction-changed');
  }
  const client = new Client();
  const source = fromVideoClient(client);
  client.join(customer('p'));
  const target = chooseTarget(source);
  client.interaction = null;
  throws(() => followTarget(source, target), 'interaction-changed');
});

test('who came under no interaction yet is not the one whose camera is off in the interaction that is asked for', async () => {
  const client = new Client();
  const source = fromVideoClient(client);
  const p = client.join(customer('p'));
  await settled();
  client.interaction = null;
  client.join(customer('q'));
  await settled();
  assert.equal(chooseTarget(source, 'a').participantId, 'p');
  p.videoMuted = true;
  throws(() => chooseTarget(source, 'a'), 'camera-off');
});

test('getActiveInteraction() that throws: no-source with its cause, and nothing breaks', async () => {
  const client = new Client();
  const source = fromVideoClient(client);
  client.getActiveInteraction = () => {
    throw new Error('not ready');
  };
  client.join(customer('p'));
  await settled();
  assert.throws(
    () => chooseTarget(source),
    (error) => {
      assert.equal(error.code, 'no-source');
      assert.equal(error.cause.message, 'not ready');
      return true;
    },
  );
  client.getActiveInteraction = () => ({ id: 'a' });
  assert.equal(chooseTarget(source).interactionId, 'a');
});

test('getActiveInteraction() that changes during a capture: interaction-changed', async () => {
  const client = new Client();
  const source = fromVideoClient(client);
  client.join(customer('p'));
  await settled();
  const before = chooseTarget(source);
  client.interaction = { id: 'b' };
  throws(() => followTarget(source, before), 'interaction-changed');
});

test('the agent turns to another interaction while the first one’s customer is still there: never a guess', async () => {
  const client = new Client();
  const source = fromVideoClient(client);
  const first = client.join(customer('p'));
  await settled();
  client.interaction = { id: 'b' };
  assert.throws(() => chooseTarget(source), { code: 'interaction-ambiguous', details: { interactionIds: ['b', 'a'] } });
  throws(() => chooseTarget(source, 'b'), 'interaction-ambiguous');
  const chosen = chooseTarget(source, 'a');
  assert.equal(followTarget(source, chosen).interactionId, 'a');
  client.join(customer('q'));
  throws(() => chooseTarget(source), 'interaction-ambiguous');
  client.emit('participant-left', first);
  await settled();
  assert.deepEqual(brief(source.targets()), ['b q camera video of q']);
  client.interaction = { id: 'a' };
  client.emit('participant-left', 'q');
  client.join(first);
  assert.deepEqual(brief(source.targets()), ['a p camera video of p']);
});

test('a participant told of just before their interaction becomes the active one belongs to it', async () => {
  const client = new Client();
  client.interaction = null;
  const source = fromVideoClient(client);
  client.join(customer('p'));
  client.interaction = { id: 'a' };
  await settled();
  client.interaction = { id: 'b' };
  throws(() => chooseTarget(source), 'interaction-ambiguous');
});

test('whose a participant is: said by the participant, or by the page', async () => {
  const client = new Client();
  client.join(customer('p'));
  const said = fromVideoClient(Object.assign(client, { participants: [customer('p', { conversationId: 'c' })] }));
  assert.equal(chooseTarget(said).interactionId, 'c');
  const known = fromVideoClient(Object.assign(client, { participants: [customer('p')] }), {
    interactionOf: ({ id }) => `of ${id}`,
  });
  assert.equal(chooseTarget(known).interactionId, 'of p');
});

test('several remote participants, with and without ids: ambiguous; chosen by id', () => {
  const client = new Client();
  const source = fromVideoClient(client);
  client.join(customer('p'));
  client.join(customer('q'));
  throws(() => chooseTarget(source), 'interaction-ambiguous');
  assert.equal(chooseTarget(source, undefined, 'q').participantId, 'q');

  const anonymous = new Client();
  const unnamed = fromVideoClient(anonymous);
  anonymous.join(customer('', { id: undefined }));
  assert.equal(chooseTarget(unnamed).participantId, null);
  anonymous.join(customer('', { id: undefined }));
  throws(() => chooseTarget(unnamed), 'interaction-ambiguous');
});

test('a camera of this device in a remote participant is local-stream; videoMuted is camera-off', () => {
  const client = new Client();
  const source = fromVideoClient(client);
  const p = client.join({ id: 'p', isRemote: true, streams: [video(new Track('own', { groupId: 'g' }))] });
  throws(() => chooseTarget(source), 'local-stream');
  p.streams = [video(new Track('remote'))];
  p.videoMuted = true;
  throws(() => chooseTarget(source), 'camera-off');
});

test('a camera and a screen in one stream are told apart by nobody', () => {
  const client = new Client();
  const source = fromVideoClient(client);
  const shared = mediaStream(new Track('v'));
  const streams = ['video', 'screen'].map((type) => ({ type, mediaStream: shared }));
  client.join({ id: 'p', isRemote: true, streams });
  assert.deepEqual(
    source.targets().map(({ kind, guess }) => [kind, guess]),
    [
      ['camera', 'participant'],
      ['screen', 'participant'],
    ],
  );
  throws(() => chooseTarget(source), 'interaction-ambiguous');
});

test('dispose takes back every listener, and tells that nothing is offered any more, once', () => {
  const client = new Client();
  const source = fromVideoClient(client);
  const track = new Track('v');
  client.join({ id: 'p', isRemote: true, streams: [video(track)] });
  /** @type {number[]} */
  const told = [];
  source.on('change', () => told.push(source.targets().length));
  assert.ok(countListeners(client) > 0 && track.listening > 0);
  source.dispose();
  source.dispose();
  assert.equal(countListeners(client) + track.listening, 0);
  client.join(customer('q'));
  assert.deepEqual(source.targets(), []);
  assert.deepEqual(told, [0]);
});

test('what is no client, and options that are none', () => {
  for (const client of [undefined, {}, new EventEmitter(), { getActiveInteraction() {} }]) {
    throws(() => fromVideoClient(/** @type {any} */ (client)), 'invalid-argument');
  }
  for (const options of [null, 'screen', { kind: 'video' }, { interactionOf: 'a' }]) {
    throws(() => fromVideoClient(new Client(), /** @type {any} */ (options)), 'invalid-argument');
  }
});

test('the agent turns away: the customer is captured under their own interaction alone, and followed there', async () => {
  const client = new Client();
  const source = fromVideoClient(client);
  client.join(customer('p'));
  await settled();
  const [only, chosen] = [chooseTarget(source), chooseTarget(source, 'a')];
  for (const active of [{ id: 'b' }, null]) {
    client.interaction = active;
    assert.equal(chooseTarget(source, 'a').interactionId, 'a');
    assert.equal(chooseTarget(source, 'a', 'p').participantId, 'p');
    throws(() => chooseTarget(source), 'interaction-ambiguous');
    for (const name of ['b', 'c'])
      assert.throws(() => chooseTarget(source, name, 'p'), { code: /^(interaction-ambiguous|no-source)$/ });
    assert.equal(followTarget(source, chosen).interactionId, 'a');
    throws(() => followTarget(source, only), 'interaction-changed');
  }
  client.interaction = { id: 'a' };
  assert.equal(followTarget(source, only).interactionId, 'a');
});

test('an adapter that is told which interaction: its own customer, and nobody else’s', async () => {
  const client = new Client();
  const [a, b] = ['a', 'b'].map((interactionId) => fromVideoClient(client, { interactionId }));
  client.join(customer('p'));
  await settled();
  const before = chooseTarget(a);
  client.interaction = { id: 'b' };
  assert.equal(followTarget(a, before).interactionId, 'a');
  assert.equal(chooseTarget(a).participantId, 'p');
  throws(() => chooseTarget(b), 'interaction-ambiguous');
  client.join(customer('q'));
  await settled();
  assert.equal(chooseTarget(b).participantId, 'q', 'who is at b for certain');
});

test('somebody who comes back under another interaction is nobody’s for certain', async () => {
  const client = new Client();
  const source = fromVideoClient(client);
  const p = client.join(customer('p'));
  await settled();
  const before = chooseTarget(source, 'a');
  client.emit('participant-left', p);
  client.interaction = { id: 'b' };
  client.join(p);
  await settled();
  for (const name of [undefined, 'a', 'b']) throws(() => chooseTarget(source, name), 'interaction-ambiguous');
  throws(() => followTarget(source, before), 'interaction-ambiguous');
  // A further stream of somebody who is there is no coming.
  const q = client.join(customer('q'));
  await settled();
  client.interaction = { id: 'a' };
  client.emit('stream-added', q, q.streams[1]);
  await settled();
  assert.equal(chooseTarget(source, 'b', 'q').interactionId, 'b');
});

test('told of just before their interaction, to a page that looks at once', async () => {
  const client = new Client();
  const source = fromVideoClient(client);
  source.on('change', () => source.targets());
  client.join(customer('p'));
  const early = chooseTarget(source, 'a');
  client.interaction = { id: 'b' };
  await settled();
  throws(() => followTarget(source, early), 'interaction-changed');
  throws(() => chooseTarget(source, 'a'), 'no-source');
  client.interaction = { id: 'a' };
  assert.equal(chooseTarget(source, 'b').interactionId, 'b');
  throws(() => chooseTarget(source, 'a'), 'interaction-ambiguous');
});

test('who comes while there is no interaction belongs to the next that an event shows', async () => {
  const client = new Client();
  client.interaction = null;
  const source = fromVideoClient(client);
  const p = client.join(customer('p'));
  await settled();
  client.interaction = { id: 'a' };
  client.emit('participant-updated', p);
  client.interaction = { id: 'b' };
  assert.equal(chooseTarget(source, 'a').interactionId, 'a');
  throws(() => chooseTarget(source, 'b'), 'interaction-ambiguous');
});

test('the page’s word on whose interaction it is: followed, and no proof of who is in a picture of two', () => {
  const client = new Client();
  const track = new Track('mixed');
  const interactions = new Map([
    ['p', 'a'],
    ['q', 'b'],
  ]);
  const options = { interactionOf: (/** @type {any} */ { id }) => interactions.get(id) };
  const source = fromVideoClient(client, options);
  const narrowed = fromVideoClient(client, { ...options, interactionId: 'b' });
  const alone = client.join({ id: 'p', isRemote: true, streams: [video(track)] });
  const before = chooseTarget(source, 'a');
  const q = client.join({ id: 'q', isRemote: true, streams: [video(track)] });
  for (const name of [undefined, 'a', 'b']) throws(() => chooseTarget(source, name), 'interaction-ambiguous');
  throws(() => chooseTarget(narrowed), 'interaction-ambiguous');
  throws(() => followTarget(source, before), 'interaction-ambiguous');
  client.emit('participant-left', q);
  assert.equal(followTarget(source, before).interactionId, 'a');
  interactions.set('p', 'c');
  throws(() => followTarget(source, before), 'interaction-changed');
  assert.equal(chooseTarget(source, 'c').participantId, alone.id);
});

test('a new object for somebody known is believed by any event, until they have left', () => {
  const client = new Client();
  const source = fromVideoClient(client);
  const p = client.join(customer('p'));
  for (const event of ['participant-updated', 'stream-updated', 'stream-removed', 'participant-added']) {
    client.emit(event, { ...p, videoMuted: true });
    throws(() => chooseTarget(source), 'camera-off');
    client.emit(event, { ...p });
    assert.equal(chooseTarget(source).participantId, 'p');
  }
  client.emit('participant-left', 'p');
  for (const event of ['participant-updated', 'stream-updated', 'stream-removed']) {
    client.emit(event, p);
    assert.deepEqual(source.targets(), [], event);
  }
});

test('a recording that is played, and contents that nobody knows, are no camera', () => {
  for (const [contentType, offered] of /** @type {[any, string[]][]} */ ([
    ['playback', []],
    ['whiteboard', []],
    ['camera', ['a p camera v']],
    ['', ['a p camera v']],
    [null, ['a p camera v']],
    ['screenshare', ['a p screen v']],
  ])) {
    const client = new Client();
    const source = fromVideoClient(client);
    client.join({ id: 'p', isRemote: true, streams: [{ ...video(new Track('v')), contentType }] });
    assert.deepEqual(brief(source.targets()), offered, contentType);
  }
});
