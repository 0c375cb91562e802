/** Event sequences of `genesys-cloud-webrtc-sdk`, replayed: what `fromWebrtcSdk` offers after each. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { chooseTarget, followTarget } from '../../js/frames/target.js';
import { fromVideoClient, fromWebrtcSdk } from '../../js/genesys/index.js';
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
  throws(() => chooseTarget(source, 'a', 'q'), 'interaction-ambiguous');
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

test('whatever else was on the track, its last frames are nobody’s: a recording, a stranger, nobody', () => {
  const p = { sourceParticipantId: 'p' };
  const others = {
    'a recording': { appId: p, contentType: 'playback' },
    'what nobody knows': { appId: p, contentType: 'whiteboard' },
    'a user who has not been told of': { appId: { sourceUserId: 'uq' }, contentType: 'camera' },
    'nobody who is there': { appId: { sourceParticipantId: 'agent-participant' }, contentType: 'camera' },
  };
  const stories = Object.entries(others).flatMap(([name, stream]) => [
    { name, steps: [{ appId: p, contentType: 'camera' }, stream] },
    { name: `${name}, from the beginning`, steps: [stream] },
  ]);
  for (const { name, steps } of stories) {
    const sdk = new Sdk();
    const session = sdk.start(new Session('a'));
    session.pc.receive(new Track('v'));
    const source = fromWebrtcSdk(sdk);
    const on = (/** @type {object} */ stream) => session.memberStatus({ sinkTrackId: 'v', ...stream });
    if (steps.length === 2) session.participants(agent, person('p'));
    steps.forEach(on);
    session.participants(agent, person('p'));
    const told = performance.now();
    on({ appId: p, contentType: 'camera' });
    const { participantId, notBefore } = chooseTarget(source);
    assert.equal(participantId, 'p');
    assert.ok(Number(notBefore) >= told + 500, `${name}: ${notBefore}`);
  }
  // A camera that is off shows nobody else.
  const sdk = new Sdk();
  const session = sdk.start(call('a', { customer: person('p') }));
  const source = fromWebrtcSdk(sdk);
  for (const videoMuted of [false, true, false]) session.participants(agent, person('p', { videoMuted }));
  assert.equal(chooseTarget(source).notBefore, 0);
});

test('a user who is told of later is the first to be known, and a stranger is not', () => {
  for (const [userId, participantId] of [
    ['up', 'p'],
    ['uq', null],
  ]) {
    const session = new Session('a');
    session.pc.receive(new Track('v'));
    const sdk = new Sdk();
    sdk.start(session);
    const source = fromWebrtcSdk(sdk);
    session.participants(agent, person('p', { userId: 'up' }));
    const first = chooseTarget(source);
    session.memberStatus({ sinkTrackId: 'v', appId: { sourceUserId: userId }, contentType: 'camera' });
    if (participantId) assert.equal(followTarget(source, first).participantId, participantId);
    else throws(() => followTarget(source, first), 'stream-ended');
    session.participants(agent, person('p', { userId: 'up' }), person('q', { userId: 'uq' }));
    if (participantId) assert.equal(followTarget(source, first).notBefore, 0);
    else throws(() => followTarget(source, first), 'stream-ended');
  }
});

test('whose user is known already, and who is the first to come, is waited for by nobody', () => {
  const user = { sourceUserId: 'up' };
  const camera = { sinkTrackId: 'v', contentType: 'camera' };
  const customer = person('p', { userId: 'up' });
  /** @type {Record<string, (session: Session) => void>} */
  const stories = {
    'a user, who is told of as a participant later'(session) {
      session.memberStatus({ ...camera, appId: user });
      session.participants(agent, customer);
    },
    'a user, who is named as a participant later'(session) {
      session.memberStatus({ ...camera, appId: user });
      session.memberStatus({ ...camera, appId: { ...user, sourceParticipantId: 'p' } });
      session.participants(agent, customer);
    },
    'the agent alone'(session) {
      session.participants(agent);
      session.participants(agent, customer);
    },
    'the agent alone, and a stream that nobody is named for'(session) {
      session.participants(agent);
      session.memberStatus(camera);
      session.participants(agent, customer);
    },
    'the agent alone, and a user'(session) {
      session.participants(agent);
      session.memberStatus({ ...camera, appId: user });
      session.participants(agent, customer);
    },
  };
  for (const [name, tell] of Object.entries(stories)) {
    const sdk = new Sdk();
    const session = sdk.start(new Session('a'));
    session.pc.receive(new Track('v'));
    const source = fromWebrtcSdk(sdk);
    tell(session);
    const { participantId, notBefore } = chooseTarget(source);
    assert.deepEqual([participantId, notBefore], ['p', 0], name);
  }
});

test('whoever may have been in the picture before is waited for: another device, one who left, another of the same user', () => {
  const camera = { sinkTrackId: 'v', contentType: 'camera' };
  const user = { sourceUserId: 'up' };
  const [p, p2, q] = [person('p', { userId: 'up' }), person('p2', { userId: 'up' }), person('q')];
  const phone = person('phone', { userId: 'agent' });
  /** @type {Record<string, (session: Session) => void>} */
  const stories = {
    'the agent’s second device'(session) {
      session.participants(agent, phone);
      session.participants(agent, p2);
    },
    'somebody who has left'(session) {
      session.participants(agent, q);
      session.participants(agent);
      session.participants(agent, p2);
    },
    'somebody who has left, and was not seen'(session) {
      session.participants(agent);
      session.emit('participantsUpdate', { activeParticipants: [agent], removedParticipants: [q] });
      session.participants(agent, p2);
    },
    'a recording while the agent is alone'(session) {
      session.participants(agent);
      session.memberStatus({ ...camera, contentType: 'playback' });
      session.memberStatus({ ...camera, appId: { sourceParticipantId: 'p2' } });
      session.participants(agent, p2);
    },
    'another of the same user'(session) {
      session.memberStatus({ ...camera, appId: user });
      session.participants(agent, p);
      session.memberStatus({ ...camera, appId: { sourceParticipantId: 'p2' } });
      session.participants(agent, p2);
    },
    'another of the same user, whom nobody has told of for a while'(session) {
      session.memberStatus({ ...camera, appId: { sourceParticipantId: 'p' } });
      session.participants(agent, p);
      session.memberStatus({ ...camera, appId: user });
      session.participants(agent);
      session.memberStatus({ ...camera, appId: user });
      session.participants(agent, p2);
    },
    'one of two who share a user'(session) {
      session.memberStatus({ ...camera, appId: user });
      session.participants(agent, { ...p, videoMuted: true }, p2);
    },
    'a user who is another'(session) {
      session.memberStatus({ ...camera, appId: { sourceUserId: 'uq' } });
      session.memberStatus({ ...camera, appId: { sourceParticipantId: 'p2' } });
      session.participants(agent, p2);
    },
  };
  for (const [name, tell] of Object.entries(stories)) {
    const sdk = new Sdk();
    const session = sdk.start(new Session('a'));
    session.pc.receive(new Track('v'));
    const source = fromWebrtcSdk(sdk);
    const told = performance.now();
    tell(session);
    const { participantId, notBefore } = chooseTarget(source);
    assert.equal(participantId, 'p2', name);
    assert.ok(Number(notBefore) >= told + 500, `${name}: ${notBefore}`);
  }
});

test('a track’s first id is not its own any more once the server has given it to another one', () => {
  const sdk = new Sdk();
  const session = sdk.start(new Session('a'));
  const [first, second] = [new Track('A'), new Track('A')];
  session.pc.receive(first);
  const source = fromWebrtcSdk(sdk);
  session.participants(agent, person('p'), person('q'));
  session.memberStatus({ sinkTrackId: 'A', contentType: 'camera', appId: { sourceParticipantId: 'p' } });
  assert.equal(chooseTarget(source).track, first);
  session.pc.remoteDescription.sdp = session.pc.remoteDescription.sdp.replace('msid:stream A', 'msid:stream B');
  session.pc.receive(second);
  assert.equal(chooseTarget(source).track, second);
  session.memberStatus({ sinkTrackId: 'B', contentType: 'camera', appId: { sourceParticipantId: 'q' } });
  assert.deepEqual(chooseTarget(source).participantId, 'q');
  assert.equal(chooseTarget(source).track, first);
});

test('one of several whom nobody tells apart is waited for, whatever takes the others out of the picture', () => {
  for (const accounts of [false, true]) {
    const [p, q] = ['p', 'q'].map((id) => person(id, accounts ? { userId: `user ${id}` } : {}));
    for (const others of [[], [{ ...q, videoMuted: true }]]) {
      const sdk = new Sdk();
      const session = sdk.start(new Session('a'));
      session.pc.receive(new Track('v'));
      const source = fromWebrtcSdk(sdk);
      session.participants(agent, p);
      assert.equal(chooseTarget(source).participantId, 'p');
      session.participants(agent, p, q);
      throws(() => chooseTarget(source), 'interaction-ambiguous');
      const told = performance.now();
      session.participants(agent, p, ...others);
      const { participantId, notBefore } = chooseTarget(source);
      assert.equal(participantId, 'p');
      assert.ok(Number(notBefore) >= told + 500, `${JSON.stringify(others)}: ${notBefore}`);
    }
  }
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

test('a reconnection in which nobody is named yet ends a capture that is under way', () => {
  const sdk = new Sdk();
  sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  const before = chooseTarget(source);
  const again = new Session('a');
  again.pc.receive(new Track('new video'));
  sdk.sessions.push(again);
  throws(() => followTarget(source, before), 'stream-ended');
  assert.equal(chooseTarget(source).track?.id, 'new video');
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

test('dispose takes back every listener, and nothing is offered any more: told once', () => {
  const sdk = new Sdk();
  const [first, second] = [sdk.start(call('a')), call('b')];
  const before = countListeners(sdk, first, second);
  const source = fromWebrtcSdk(sdk);
  sdk.start(second);
  /** @type {number[]} */
  const told = [];
  source.on('change', () => told.push(source.targets().length));
  const tracks = [first, second].map(({ pc }) => pc.getReceivers()[0].track);
  assert.ok(tracks.every(({ listening }) => listening > 0));
  source.dispose();
  source.dispose();
  assert.equal(countListeners(sdk, first, second), before);
  for (const target of [first.pc, second.pc, ...tracks]) assert.equal(target.listening, 0);
  assert.deepEqual(source.targets(), []);
  sdk.end(first);
  assert.deepEqual(told, [0]);
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
  for (const options of [null, 'screen', 5, { kind: 'both' }, { interactionId: '' }, { participantId: 1 }]) {
    throws(() => fromWebrtcSdk(new EventEmitter(), /** @type {any} */ (options)), 'invalid-argument');
  }
});

test('options are read once, wherever they come from; those that fail, or are spelled otherwise, are no filter that is none', () => {
  const make = {
    fromWebrtcSdk: (/** @type {any} */ options) => fromWebrtcSdk(new Sdk(), options),
    fromVideoClient: (/** @type {any} */ options) =>
      fromVideoClient(Object.assign(new EventEmitter(), { getActiveInteraction: () => null }), options),
  };
  const cause = new Error('mine');
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  for (const from of Object.values(make)) {
    for (const [options, meant] of /** @type {const} */ ([
      [{ Kind: 'camera' }, 'kind'],
      [{ interactionid: 'x' }, 'interactionId'],
      [{ conversationId: 'x' }, 'interactionId'],
      [{ kind: 'any', ParticipantID: 'p' }, 'participantId'],
      [Object.create({ participant: 'p' }), 'participantId'],
    ])) {
      let name = '';
      for (const key in options) name = key;
      const expected = `nothing (did you mean ${meant}?)`;
      assert.throws(() => from(options), { code: 'invalid-argument', details: { name, expected } });
    }
    throws(() => from(revoked.proxy), 'invalid-argument');
    const broken = {
      get kind() {
        throw cause;
      },
    };
    assert.throws(() => from(broken), { code: 'invalid-argument', cause });
    from({ kind: undefined, Kind: undefined, theme: 'dark', [Symbol('kind')]: 'none' });
  }
  let reads = 0;
  class Shifty {
    get interactionId() {
      return ['a', 7][reads++];
    }
  }
  const sdk = new Sdk();
  sdk.start(call('a'));
  sdk.start(call('b'));
  const source = fromWebrtcSdk(sdk, /** @type {any} */ (new Shifty()));
  assert.deepEqual(brief(source.targets()), ['a customer of a camera video of a']);
  assert.equal(reads, 1);
});

/** The one who is on the one track `v`, as the server names it. @param {object} stream */
const on = (stream) => ({ sinkTrackId: 'v', ...stream });

/** A session whose one track is `v`. @param {...any} participants */
function sessionOf(...participants) {
  const session = new Session('a');
  session.pc.receive(new Track('v'));
  return participants.length > 0 ? session.participants(agent, ...participants) : session;
}

/** @param {Session} session @param {import('../../js/genesys/index.js').Selection} [options] */
function adopt(session, options) {
  const sdk = new Sdk();
  sdk.start(session);
  return fromWebrtcSdk(sdk, options);
}

test('a name among several candidates is a guess: by capture, by adapter, and while the capture runs', () => {
  const session = sessionOf(person('p'), person('q'));
  const source = adopt(session);
  const narrowed = adopt(session, { participantId: 'q' });
  const cameras = adopt(session, { participantId: 'q', kind: 'camera' });
  throws(() => chooseTarget(source, undefined, 'q'), 'interaction-ambiguous');
  for (const each of [narrowed, cameras]) throws(() => chooseTarget(each), 'interaction-ambiguous');

  session.memberStatus(on({ appId: { sourceParticipantId: 'q' }, contentType: 'camera' }));
  const before = [source, narrowed, cameras].map((each) => chooseTarget(each, 'a', 'q'));
  // The server names a stream without saying whose: it may be anybody's.
  session.memberStatus(on({ contentType: 'camera' }));
  [source, narrowed, cameras].forEach((each, i) => {
    throws(() => followTarget(each, before[i]), 'interaction-ambiguous');
  });
});

test('one track, a camera or another’s screen: what the kind leaves over is a guess all the same', () => {
  const session = sessionOf(person('p'), person('q', { sharingScreen: true }));
  throws(() => chooseTarget(adopt(session, { kind: 'camera' })), 'interaction-ambiguous');
  throws(() => chooseTarget(adopt(session, { kind: 'screen' })), 'interaction-ambiguous');
});

test('somebody else comes during a capture, and nothing tells who is in the picture', () => {
  const session = sessionOf(person('p'));
  const source = adopt(session);
  const before = [chooseTarget(source), chooseTarget(source, 'a', 'p')];
  session.participants(agent, person('p'), person('q'));
  for (const each of before) throws(() => followTarget(source, each), 'interaction-ambiguous');
  session.participants(agent, person('p'), person('q', { videoMuted: true }));
  for (const each of before)
    assert.equal(followTarget(source, each).participantId, 'p', 'a camera that is off shows nobody');
});

test('a mute that takes turns with another: camera-off for one, and no frame of them for the other', () => {
  const session = sessionOf(person('p'), person('q', { videoMuted: true }));
  const source = adopt(session);
  const before = chooseTarget(source);
  assert.deepEqual([before.participantId, before.notBefore], ['p', 0]);
  const told = performance.now();
  session.participants(agent, person('p', { videoMuted: true }), person('q'));
  throws(() => followTarget(source, before), 'camera-off');
  const after = chooseTarget(source);
  assert.equal(after.participantId, 'q');
  assert.ok(Number(after.notBefore) >= told + 500, 'frames on their way may still show the one before');
});

test('a recording that is played, and contents that nobody knows, are no targets', () => {
  const appId = { sourceParticipantId: 'p' };
  for (const contentType of ['playback', 'whiteboard', 'toString']) {
    for (const sharingScreen of [false, true]) {
      const session = sessionOf(person('p', { sharingScreen }));
      const source = adopt(session);
      for (const stream of [{ contentType, appId }, { contentType }]) {
        session.memberStatus(on(stream));
        throws(() => chooseTarget(source), 'no-source');
        session.participants(agent, person('p', { sharingScreen }));
        throws(() => chooseTarget(source, 'a', 'p'), 'no-source');
      }
    }
  }
});

test('a screen or a camera: the newest word wins, whichever message brought it', () => {
  const appId = { sourceParticipantId: 'p' };
  const session = sessionOf(person('p'));
  const source = adopt(session);
  const kind = () =>
    source
      .targets()
      .map((target) => target.kind)
      .join();
  session.memberStatus(on({ appId, contentType: 'camera' }));
  assert.equal(kind(), 'camera');
  session.participants(agent, person('p', { sharingScreen: true, videoMuted: true }));
  assert.equal(kind(), 'screen');
  session.memberStatus(on({ appId, contentType: 'camera' }));
  assert.equal(kind(), 'camera');
  session.memberStatus(on({ appId, contentType: 'screenshare' }));
  assert.equal(kind(), 'screen');
  session.participants(agent, person('p'));
  assert.equal(kind(), 'camera');
  session.memberStatus(on({ appId }));
  session.participants(agent, person('p', { sharingScreen: true }));
  assert.equal(kind(), 'screen', 'a stream without a content type says nothing of it');
  session.participants(agent, { participantId: 'p' });
  session.memberStatus(on({ appId, contentType: 'screenshare' }));
  session.participants(agent, { participantId: 'p' });
  assert.equal(kind(), 'screen', 'nor does a participant without the field');
});

test('a screen beside the camera: no word about sharing makes one of them the other', () => {
  const appId = { sourceParticipantId: 'p' };
  const session = sessionOf(person('p'));
  session.pc.receive(new Track('shared'));
  const source = adopt(session);
  session.memberStatus(on({ appId, contentType: 'camera' }), {
    sinkTrackId: 'shared',
    appId,
    contentType: 'screenshare',
  });
  session.participants(agent, person('p', { sharingScreen: true }));
  assert.deepEqual(brief(source.targets()), ['a p camera v', 'a p screen shared']);
  session.participants(agent, person('p'));
  assert.deepEqual(brief(source.targets()), ['a p camera v'], 'the screen is no longer shared');
});

test('a stream without an owner is the only remote participant’s, with all that presence knows', () => {
  for (const stream of [{ contentType: 'camera' }, { contentType: 'camera', appId: {} }, {}]) {
    const session = sessionOf(person('p', { userId: 'u' }));
    const source = adopt(session);
    session.memberStatus(on(stream));
    const target = chooseTarget(source, 'a', 'p');
    assert.deepEqual([target.participantId, target.userId, target.kind], ['p', 'u', 'camera']);
    session.participants(agent, person('p', { userId: 'u', videoMuted: true }));
    throws(() => chooseTarget(source), 'camera-off');
    session.participants(agent, person('p', { userId: 'u' }), person('q'));
    for (const name of [undefined, 'p', 'q']) throws(() => chooseTarget(source, 'a', name), 'interaction-ambiguous');
    session.participants(agent);
    throws(() => chooseTarget(source), 'no-source');
  }
  const session = sessionOf();
  const source = adopt(session);
  session.memberStatus(on({ contentType: 'screenshare' }));
  assert.deepEqual(brief(source.targets()), ['a  screen v'], 'nobody is known yet');
});

test('two streams of one user, or on one track: a guess, not the first', () => {
  const [p, q] = [person('p', { userId: 'u' }), person('q', { userId: 'u' })];
  const session = sessionOf(p, q);
  const source = adopt(session);
  session.memberStatus(on({ appId: { sourceUserId: 'u' }, contentType: 'camera' }));
  for (const name of [undefined, 'p', 'q']) throws(() => chooseTarget(source, 'a', name), 'interaction-ambiguous');
  session.memberStatus(
    on({ appId: { sourceParticipantId: 'p' }, contentType: 'camera' }),
    on({ appId: { sourceParticipantId: 'q' }, contentType: 'camera' }),
  );
  for (const name of [undefined, 'p', 'q']) throws(() => chooseTarget(source, 'a', name), 'interaction-ambiguous');
  // Nor of two users of whom nobody has told.
  session.memberStatus(
    on({ appId: { sourceUserId: 'ua' }, contentType: 'camera' }),
    on({ appId: { sourceUserId: 'ub' }, contentType: 'camera' }),
  );
  throws(() => chooseTarget(source), 'interaction-ambiguous');
  session.memberStatus(...['ua', 'ua'].map((sourceUserId) => on({ appId: { sourceUserId }, contentType: 'camera' })));
  assert.deepEqual([chooseTarget(source).userId, source.targets().length], ['ua', 1]);
});

test('where participants have been told of and none is remote, nobody is in the picture', () => {
  const session = sessionOf();
  const source = adopt(session);
  assert.deepEqual(brief(source.targets()), ['a  camera v'], 'nothing is told yet');
  session.participants(agent);
  assert.deepEqual(source.targets(), []);
  session.memberStatus(on({ contentType: 'camera' }));
  assert.deepEqual(source.targets(), []);
});

test('several tracks that nothing is told of, and a participant who shares a screen: which is which is a guess', () => {
  const session = sessionOf(person('p', { sharingScreen: true }));
  session.pc.receive(new Track('w'));
  const source = adopt(session);
  for (const kind of /** @type {const} */ (['any', 'camera', 'screen'])) {
    throws(() => chooseTarget(adopt(session, { kind }), 'a', 'p'), 'interaction-ambiguous');
  }
  session.participants(agent, person('p', { sharingScreen: true, videoMuted: true }));
  assert.equal(chooseTarget(source).kind, 'screen', 'the camera is off');
  const appId = { sourceParticipantId: 'p' };
  session.memberStatus(on({ appId, contentType: 'camera' }), { sinkTrackId: 'w', appId, contentType: 'screenshare' });
  session.participants(agent, person('p', { sharingScreen: true }));
  assert.equal(chooseTarget(source, 'a', 'p').kind, 'camera');
});

test('a stream’s participant id decides, whoever its user was: somebody may come back under another id', () => {
  const session = sessionOf(person('p', { userId: 'u' }));
  const source = adopt(session);
  session.memberStatus(on({ appId: { sourceParticipantId: 'again', sourceUserId: 'u' }, contentType: 'camera' }));
  assert.deepEqual(brief(source.targets()), ['a again camera v'], 'told of before their presence is');
  throws(() => chooseTarget(source, 'a', 'p'), 'no-source');
  session.participants(agent, person('again', { userId: 'u' }));
  assert.deepEqual(brief(source.targets()), ['a again camera v']);
});

test('who comes back may be elsewhere: what a stream said of them before they left is void', () => {
  for (const appId of [{ sourceParticipantId: 'p' }, { sourceUserId: 'u' }]) {
    const [p, q] = [person('p', { userId: 'u' }), person('q')];
    const session = sessionOf(p, q);
    const source = adopt(session);
    session.memberStatus(on({ appId, contentType: 'camera' }));
    const before = chooseTarget(source, 'a', 'p');
    session.participants(agent, q);
    throws(() => followTarget(source, before), 'stream-ended');
    session.participants(agent, p, q);
    throws(() => chooseTarget(source, 'a', 'p'), 'interaction-ambiguous');
    session.memberStatus(on({ appId, contentType: 'camera' }));
    assert.equal(chooseTarget(source).participantId, 'p');
    session.participants(agent);
    session.participants(agent, p);
    assert.equal(chooseTarget(source).participantId, 'p', 'nobody else is there');
  }
});

test('a participant told of by stream before, during and after their presence', () => {
  const session = sessionOf(person('p'));
  const source = adopt(session);
  session.memberStatus(on({ appId: { sourceParticipantId: 'q' }, contentType: 'camera' }));
  assert.equal(chooseTarget(source).participantId, 'q');
  session.participants(agent, person('p'), person('q'));
  assert.equal(chooseTarget(source).participantId, 'q');
  session.participants(agent, person('p'));
  session.memberStatus(on({ appId: { sourceParticipantId: 'q' }, contentType: 'camera' }));
  throws(() => chooseTarget(source), 'no-source');
});

test('who is on the screen, by user: customers without one count, and several tracks are told apart by nothing', () => {
  const participants = [person('p'), person('q', { userId: 'w' })];
  const session = sessionOf(...participants);
  const source = adopt(session);
  const show = (/** @type {(string | undefined)[]} */ ...users) =>
    session.emit('activeVideoParticipantsUpdate', { participants: users.map((userId) => ({ userId })) });
  show(undefined);
  assert.equal(chooseTarget(source).participantId, 'p');
  show('w', undefined);
  throws(() => chooseTarget(source, 'a', 'q'), 'interaction-ambiguous');
  show('w');
  assert.equal(chooseTarget(source).participantId, 'q');
  session.pc.receive(new Track('another'));
  throws(() => chooseTarget(source, 'a', 'q'), 'interaction-ambiguous');
});

test('the agent’s second device is no target, and may be in a picture that nobody is named for', () => {
  const phone = person('agent-phone', { userId: 'agent' });
  const session = sessionOf(phone, person('p'));
  const source = adopt(session);
  assert.deepEqual(brief(source.targets()), ['a p camera v']);
  throws(() => chooseTarget(source, 'a', 'p'), 'interaction-ambiguous');
  session.participants({ ...agent, videoMuted: true }, { ...phone, videoMuted: true }, person('p'));
  assert.equal(chooseTarget(source).participantId, 'p');
  session.participants(agent, phone, person('p'));
  for (const appId of [{ sourceParticipantId: 'agent-phone' }, { sourceUserId: 'agent' }]) {
    session.memberStatus(on({ appId, contentType: 'camera' }));
    assert.deepEqual(source.targets(), []);
  }
});

test('a session that moves to another conversation takes no name along', () => {
  const session = sessionOf(person('p'));
  const source = adopt(session);
  session.memberStatus(on({ appId: { sourceParticipantId: 'p' }, contentType: 'camera' }));
  Object.assign(session, { conversationId: 'b' });
  throws(() => chooseTarget(source, 'b', 'p'), 'no-source');
  assert.deepEqual(brief(source.targets()), ['b  camera v']);
  session.emit('participantsUpdate', { conversationId: 'a', activeParticipants: [agent, person('p')] });
  assert.deepEqual(brief(source.targets()), ['b  camera v'], 'told of the conversation before');
  session.participants(agent, person('r'));
  assert.deepEqual(brief(source.targets()), ['b r camera v']);
  // Adopted now, it has the last word of a conversation that it has left.
  Object.assign(session, { conversationId: 'c' });
  assert.deepEqual(brief(adopt(session).targets()), ['c  camera v']);
});

test('two sessions of one conversation: the newer one’s picture, and the older one’s until it has any', () => {
  const sdk = new Sdk();
  sdk.start(call('a', { customer: person('p') }));
  const source = fromWebrtcSdk(sdk);
  const newer = sdk.start(new Session('a'));
  newer.participants(agent, person('p'), person('q', { videoMuted: true }));
  assert.deepEqual(brief(source.targets()), ['a p camera video of a'], 'a camera that is off is no picture');
  const track = new Track('new');
  newer.pc.receive(track);
  assert.deepEqual(brief(source.targets()), ['a p camera new', 'a q camera new off']);
  track.end();
  assert.deepEqual(brief(source.targets()), ['a p camera video of a']);
});

test('after sessionEnded a picture is gone for every source, though the SDK lists the session and media flows', () => {
  const sdk = new Sdk();
  const session = sdk.start(call('a'));
  const source = fromWebrtcSdk(sdk);
  const before = chooseTarget(source);
  // What version 14 does to a session whose connection is interrupted: nothing else is told, nothing is closed.
  sdk.emit('sessionEnded', session, { condition: 'gone' });
  throws(() => followTarget(source, before), 'stream-ended');
  const later = fromWebrtcSdk(sdk);
  for (const each of [source, later]) throws(() => chooseTarget(each), 'no-source');
  session.participants(agent, person('customer of a'));
  for (const each of [source, later]) assert.deepEqual(each.targets(), []);
  sdk.emit('sessionStarted', session);
  for (const each of [source, later])
    assert.equal(chooseTarget(each).participantId, 'customer of a', 'unless it starts again');
});

test('what rings, and sessions of other kinds, are never offered, whatever the SDK calls them', () => {
  const sdk = new Sdk();
  sdk.isVideoSession = () => true;
  const source = fromWebrtcSdk(sdk);
  sdk.emit('pendingSession', {
    id: '1',
    conversationId: 'a',
    sessionType: 'collaborateVideo',
    fromJid: 'agent-1@conference.x',
  });
  sdk.emit('conversationUpdateRaw', { eventBody: { id: 'a', participants: [{ id: 'p', purpose: 'customer' }] } });
  for (const sessionType of ['liveScreenMonitoring', 'screenRecording', 'acdScreenShare', 'softphone', 'unknown']) {
    const session = call(sessionType);
    Object.assign(session, { sessionType });
    sdk.start(session);
  }
  assert.deepEqual(source.targets(), []);
  sdk.emit('sessionEnded', undefined);
});

test('emitters that take no listener back, or fail to, and answer with themselves: dispose goes to its end', (t) => {
  const report = t.mock.method(console, 'error', () => {});
  const sdk = new Sdk();
  const [first, second] = [sdk.start(call('a')), sdk.start(call('b'))];
  assert.equal(
    first.on('unheard', () => {}),
    first,
  );
  Object.assign(first, {
    off() {
      throw new Error('of the SDK');
    },
  });
  Object.assign(sdk, { off: undefined, removeListener: undefined });
  const source = fromWebrtcSdk(sdk);
  source.dispose();
  assert.equal(countListeners(second), 0);
  assert.match(String(report.mock.calls[0].arguments[0]), /of the SDK/);
  const third = sdk.start(call('c'));
  assert.equal(countListeners(third), 0, 'an SDK that keeps the listener is no longer listened to');
});
