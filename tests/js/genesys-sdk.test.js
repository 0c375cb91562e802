/** Event sequences of `genesys-cloud-webrtc-sdk`, replayed: what `fromWebrtcSdk` offers after each. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { chooseTarget, followTarget } from '../../js/frames/target.js';
import { fromWebrtcSdk } from '../../js/genesys/index.js';
import { agent, brief, countListeners, person, Sdk, Session, Track } from './genesys-fakes.js';

/** A session with the agent, one customer, and a track. */
function call(
  conversationId = 'a',
  { customer = person(`customer of ${conversationId}`), track = `video of ${conversationId}` } = {},
) {
  const session = new Session(conversationId);
  session.pc.receive(new Track(track), { sending: new Track('own camera') });
  session.participants(agent, customer);
  return session;
}

/** @param {() => unknown} action @param {string} code */
const throws = (action, code) => assert.throws(action, { code });

test('a session that is there already, one that comes, one that ends', () => {
  const sdk = new Sdk();
  const first = sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  assert.deepEqual(brief(source.targets()), ['a customer of a camera video of a']);
  const second = sdk.start(call('b'));
  assert.deepEqual(brief(source.targets()), ['a customer of a camera video of a', 'b customer of b camera video of b']);
  sdk.end(first);
  assert.deepEqual(brief(source.targets()), ['b customer of b camera video of b']);
  sdk.end(second);
  assert.deepEqual(source.targets(), []);
  throws(() => chooseTarget(source), 'no-source');
});

test('every event that changes the answer is told, once the answer has changed', () => {
  const sdk = new Sdk();
  const source = fromWebrtcSdk(sdk);
  /** @type {string[][]} */
  const answers = [];
  const off = source.on('change', () => answers.push(brief(source.targets())));
  const session = sdk.start(new Session('a'));
  const track = new Track('video');
  session.pc.receive(track);
  session.participants(agent, person('p'));
  session.participants(agent, person('p', { videoMuted: true }));
  session.memberStatus({ sinkTrackId: 'video', appId: { sourceParticipantId: 'p' }, contentType: 'screenshare' });
  track.end();
  sdk.end(session);
  assert.deepEqual(
    answers.filter((answer, i) => String(answer) !== String(answers[i - 1])),
    [[], ['a  camera video'], ['a p camera video'], ['a p camera video off'], ['a p screen video'], []],
  );
  const told = answers.length;
  if (off) off();
  sdk.start(call('b'));
  assert.equal(answers.length, told, 'whoever has left is told nothing');
});

test('adopted before initialize(), without a session manager, or with one that throws', () => {
  const bare = new Sdk();
  Object.assign(bare, { sessionManager: undefined, isVideoSession: undefined });
  const source = fromWebrtcSdk(bare);
  assert.deepEqual(source.targets(), []);
  bare.emit('sessionStarted', call('a'));
  assert.equal(source.targets().length, 1, 'told apart by its type where the SDK does not tell');

  const unconnected = new Sdk();
  unconnected.sessionManager.getAllSessions = () => {
    throw new TypeError("Cannot read properties of undefined (reading 'webrtcSessions')");
  };
  assert.deepEqual(fromWebrtcSdk(unconnected).targets(), []);
});

test('only remote video: no other sessions, no own tracks, no agent’s own picture, no transceiver that only sends', () => {
  const sdk = new Sdk();
  const source = fromWebrtcSdk(sdk);
  const softphone = call('phone');
  softphone.sessionType = 'softphone';
  sdk.start(softphone);
  const session = sdk.start(new Session('a'));
  const own = new Track('own camera');
  session.pc.receive(new Track('audio', {}, 'audio'));
  session.pc.receive(new Track('unused'), { currentDirection: 'sendonly', sending: own });
  session.pc.receive(new Track('not yet'), { currentDirection: null });
  session.pc.receive(own, { sending: own });
  assert.deepEqual(source.targets(), []);
  session.pc.receive(new Track('self view'));
  session.participants(agent, person('p'));
  for (const appId of [{ sourceParticipantId: 'agent-participant' }, { sourceUserId: 'agent' }]) {
    session.memberStatus({ sinkTrackId: 'self view', appId, contentType: 'camera' });
    assert.deepEqual(source.targets(), [], JSON.stringify(appId));
  }
});

test('the agent’s own camera handed over is local-stream', () => {
  const sdk = new Sdk();
  const session = sdk.start(new Session('a'));
  session.pc.receive(new Track('own', { groupId: 'this device' }));
  throws(() => chooseTarget(fromWebrtcSdk(sdk)), 'local-stream');
});

test('a session counts once it is accepted', () => {
  const sdk = new Sdk();
  const session = call('a');
  session.state = 'pending';
  const source = fromWebrtcSdk(sdk);
  sdk.start(session);
  assert.deepEqual(source.targets(), []);
  session.state = 'active';
  session.pc.dispatchEvent(new Event('signalingstatechange'));
  assert.equal(source.targets().length, 1);
});

test('several interactions: ambiguous with the list, chosen by capture or by adapter', () => {
  const sdk = new Sdk();
  sdk.start(call('a'));
  sdk.start(call('b'));
  const source = fromWebrtcSdk(sdk);
  assert.throws(() => chooseTarget(source), {
    code: 'interaction-ambiguous',
    details: { interactionIds: ['a', 'b'] },
  });
  assert.equal(chooseTarget(source, 'b').participantId, 'customer of b');
  assert.equal(chooseTarget(fromWebrtcSdk(sdk, { interactionId: 'a' })).participantId, 'customer of a');
  throws(() => chooseTarget(source, 'c'), 'no-source');
});

test('several remote participants: ambiguous with the list, chosen by capture or by adapter', () => {
  const sdk = new Sdk();
  const session = sdk.start(new Session('a'));
  session.pc.receive(new Track('v1')).receive(new Track('v2'));
  session.participants(agent, person('p', { userId: 'u' }), person('q'));
  session.memberStatus(
    { sinkTrackId: 'v1', appId: { sourceParticipantId: 'p', sourceUserId: 'u' }, contentType: 'camera' },
    { sinkTrackId: 'v2', appid: { sourceParticipantId: 'q' }, contentType: 'camera' },
  );
  const source = fromWebrtcSdk(sdk);
  session.memberStatus(
    { sinkTrackId: 'v1', appId: { sourceParticipantId: 'p', sourceUserId: 'u' }, contentType: 'camera' },
    { sinkTrackId: 'v2', appid: { sourceParticipantId: 'q' }, contentType: 'camera' },
  );
  assert.throws(() => chooseTarget(source), {
    code: 'interaction-ambiguous',
    details: {
      interactionIds: ['a'],
      participants: [
        { participantId: 'p', userId: 'u', kind: 'camera' },
        { participantId: 'q', userId: null, kind: 'camera' },
      ],
    },
  });
  assert.equal(chooseTarget(source, undefined, 'q').track?.id, 'v2');
  assert.deepEqual(brief(fromWebrtcSdk(sdk, { participantId: 'nobody' }).targets()), []);
});

test('one track, several participants, and no word of who is on it: ambiguous, not a guess', () => {
  const sdk = new Sdk();
  const session = sdk.start(new Session('a'));
  session.pc.receive(new Track('v'));
  session.participants(agent, person('p', { userId: 'u' }), person('q', { userId: 'w' }));
  const source = fromWebrtcSdk(sdk);
  throws(() => chooseTarget(source), 'interaction-ambiguous');
  assert.equal(chooseTarget(source, 'a', 'q').participantId, 'q');
  // Up to version 12 the SDK tells who is on the screen, by user.
  session.emit('activeVideoParticipantsUpdate', { participants: [{ userId: 'w' }] });
  assert.equal(chooseTarget(source).participantId, 'q');
});

test('videoMuted is camera-off at once: with a track, and without one', () => {
  const sdk = new Sdk();
  const session = sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  session.participants(agent, person('customer of a', { videoMuted: true }));
  throws(() => chooseTarget(source), 'camera-off');

  const silent = new Sdk();
  silent.start(new Session('b')).participants(agent, person('p', { videoMuted: true }));
  throws(() => chooseTarget(fromWebrtcSdk(silent)), 'camera-off');
  throws(() => chooseTarget(fromWebrtcSdk(silent, { kind: 'screen' })), 'no-source');
});

test('the camera toggled ten times: on when on, off when off', () => {
  const sdk = new Sdk();
  const session = sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  for (let i = 0; i < 10; i += 1) {
    session.participants(agent, person('customer of a', { videoMuted: true }));
    throws(() => chooseTarget(source), 'camera-off');
    session.participants(agent, person('customer of a'));
    assert.equal(chooseTarget(source).cameraOff, false);
  }
});

test('a screen share that starts and stops, on the camera’s track and beside it', () => {
  const sdk = new Sdk();
  const session = sdk.start(call('a'));
  const [any, camera, screen] = ['any', 'camera', 'screen'].map((kind) => fromWebrtcSdk(sdk, { kind }));
  const before = chooseTarget(any);
  session.participants(agent, person('customer of a', { sharingScreen: true, videoMuted: true }));
  assert.deepEqual(brief(any.targets()), ['a customer of a screen video of a']);
  assert.deepEqual(camera.targets(), []);
  assert.equal(chooseTarget(screen).kind, 'screen');
  throws(() => followTarget(any, before), 'stream-ended');
  session.participants(agent, person('customer of a'));
  assert.deepEqual(brief(camera.targets()), ['a customer of a camera video of a']);
  assert.deepEqual(screen.targets(), []);

  const appId = { sourceParticipantId: 'customer of a' };
  session.pc.receive(new Track('shared'));
  session.participants(agent, person('customer of a', { sharingScreen: true }));
  session.memberStatus(
    { sinkTrackId: 'shared', appId, contentType: 'screenshare' },
    { sinkTrackId: 'video of a', appId, contentType: 'camera' },
  );
  assert.deepEqual(brief(any.targets()), ['a customer of a camera video of a', 'a customer of a screen shared']);
  assert.equal(chooseTarget(any).kind, 'camera');
  assert.equal(chooseTarget(screen).track?.id, 'shared');
});

test('the server puts somebody else on the same track: what was being captured has ended', () => {
  const sdk = new Sdk();
  const session = sdk.start(new Session('a'));
  session.pc.receive(new Track('v'));
  session.participants(agent, person('p'), person('q'));
  const source = fromWebrtcSdk(sdk);
  const on = (/** @type {string} */ sourceParticipantId) =>
    session.memberStatus({ sinkTrackId: 'v', appId: { sourceParticipantId }, contentType: 'camera' });
  on('p');
  const before = chooseTarget(source);
  assert.equal(before.notBefore, 0, 'nobody was there earlier');
  const told = performance.now();
  on('q');
  throws(() => followTarget(source, before), 'stream-ended');
  const after = chooseTarget(source);
  assert.equal(after.participantId, 'q');
  // SETTLE_MS in js/genesys/session.js.
  assert.ok(Number(after.notBefore) >= told + 500, 'frames on their way may still show the one before');
  session.emit('memberStatusUpdate', { params: { speakers: [] } });
  assert.equal(chooseTarget(source).participantId, 'q', 'a word about speakers is none about streams');
});

test('tracks are told apart by the server’s ids where the browser makes up its own', () => {
  const sdk = new Sdk();
  const session = sdk.start(new Session('a'));
  session.pc
    .receive(new Track('{firefox-1}'), { msid: 'server-1' })
    .receive(new Track('{firefox-2}'), { msid: 'server-2' });
  const source = fromWebrtcSdk(sdk);
  session.participants(agent, person('p'), person('q'));
  session.memberStatus({ sinkTrackId: 'server-2', appId: { sourceParticipantId: 'q' } });
  assert.deepEqual(brief(source.targets()), ['a q camera {firefox-2}']);
});

test('the customer leaves and comes back', () => {
  const sdk = new Sdk();
  const session = sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  session.participants(agent);
  assert.deepEqual(source.targets(), []);
  session.participants(agent, person('customer of a'));
  assert.deepEqual(brief(source.targets()), ['a customer of a camera video of a']);
});

test('the agent leaves and rejoins: the same conversation, another session', () => {
  const sdk = new Sdk();
  const first = sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  const before = chooseTarget(source);
  sdk.end(first);
  throws(() => followTarget(source, before), 'stream-ended');
  sdk.start(call('a', { track: 'new video' }));
  assert.deepEqual(brief(source.targets()), ['a customer of a camera new video']);
});

test('a reconnection brings a new session that the SDK does not announce, while the old one is still there', () => {
  const sdk = new Sdk();
  sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  const before = chooseTarget(source);
  const again = new Session('a');
  sdk.sessions.push(again);
  assert.deepEqual(brief(source.targets()), ['a customer of a camera video of a'], 'until the new one has video');
  again.pc.receive(new Track('new video'));
  again.participants(agent, person('customer of a'));
  assert.deepEqual(brief(source.targets()), ['a customer of a camera new video']);
  assert.equal(followTarget(source, before).track?.id, 'new video', 'a capture goes on with it');
});

test('a session whose conversation changes under it: interaction-changed', () => {
  const sdk = new Sdk();
  const session = sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  const before = chooseTarget(source);
  Object.assign(session, { conversationId: 'b' });
  throws(() => followTarget(source, before), 'interaction-changed');
});

test('the shapes of version 14: peerConnection, no activeVideoParticipantsUpdate, removeListener only', () => {
  const sdk = new Sdk();
  const session = call('a');
  const plain = { on: session.on.bind(session), removeListener: session.removeListener.bind(session) };
  const newer = { ...plain, conversationId: 'a', peerConnection: session.pc, sessionType: 'collaborateVideo' };
  sdk.sessionManager = /** @type {any} */ ({ getAllActiveSessions: () => [newer] });
  const source = fromWebrtcSdk(sdk);
  session.participants(agent, person('p'));
  assert.deepEqual(brief(source.targets()), ['a p camera video of a']);
  source.dispose();
  assert.equal(countListeners(session), 0);
});

test('a listener that throws does not reach the SDK, and does not keep others from being told', (t) => {
  const report = t.mock.method(console, 'error', () => {});
  const sdk = new Sdk();
  const source = fromWebrtcSdk(sdk);
  let told = 0;
  source.on('change', () => {
    throw new Error('of the page');
  });
  source.on('change', () => {
    told += 1;
  });
  sdk.start(call('a'));
  assert.equal(told, 1);
  assert.match(String(report.mock.calls[0].arguments[0]), /of the page/);
});

test('dispose takes back every listener, and nothing is offered any more', () => {
  const sdk = new Sdk();
  const [first, second] = [sdk.start(call('a')), call('b')];
  const before = countListeners(sdk, first, second);
  const source = fromWebrtcSdk(sdk);
  sdk.start(second);
  source.on('change', () => assert.fail('told after the end'));
  const tracks = [first, second].map(({ pc }) => pc.getReceivers()[0].track);
  assert.ok(tracks.every(({ listening }) => listening > 0));
  source.dispose();
  source.dispose();
  assert.equal(countListeners(sdk, first, second), before);
  for (const target of [first.pc, second.pc, ...tracks]) assert.equal(target.listening, 0);
  assert.deepEqual(source.targets(), []);
  sdk.end(first);
});

test('a session that ends takes its listeners with it', () => {
  const sdk = new Sdk();
  const source = fromWebrtcSdk(sdk);
  const session = sdk.start(call('a'));
  const [{ track }] = session.pc.getReceivers();
  sdk.end(session);
  assert.equal(countListeners(session) + session.pc.listening + track.listening, 0);
  source.dispose();
});

test('what is no SDK, and selections that are none', () => {
  for (const sdk of [undefined, null, 1, {}, { on: true }])
    throws(() => fromWebrtcSdk(/** @type {any} */ (sdk)), 'invalid-argument');
  for (const options of [{ kind: 'both' }, { interactionId: '' }, { participantId: 1 }]) {
    throws(() => fromWebrtcSdk(new EventEmitter(), /** @type {any} */ (options)), 'invalid-argument');
  }
});
