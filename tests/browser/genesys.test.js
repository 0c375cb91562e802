/**
 * The adapters over real media: `genesys-cloud-webrtc-sdk` itself, its session manager, video handler and media
 * sessions, on loopback connections; and a contract fake of the guide's `VideoClient` over the same connections.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { distinct, OFFERED, RECORDING } from '../fixtures/genesys/recording.js';
import { assertShows, useGenesysLab } from './genesys-lab.js';

const run = useGenesysLab();

test('two conversations at once: ambiguous, chosen, one of them ends', async () => {
  const o = await run(async () => {
    const agent = await genesys.createAgent();
    const a = await genesys.join(agent, 'A', 'red');
    // One that is there at the time of adoption, and one that comes.
    const source = genesys.fromWebrtcSdk(agent.sdk);
    const alone = source
      .targets()
      .map(({ interactionId, participantId, kind }) => [interactionId, participantId, kind]);
    const capture = lab.createCapture();
    const first = await lab.outcome(capture.snapshot(source));
    await genesys.join(agent, 'B', 'blue');
    const outcomes = {
      first,
      ambiguous: await lab.outcome(capture.snapshot(source)),
      a: await lab.outcome(capture.snapshot(source, { interactionId: 'A' })),
      b: await lab.outcome(capture.snapshot(source, { interactionId: 'B' })),
      unknown: await lab.outcome(capture.snapshot(source, { interactionId: 'C' })),
      adapter: await lab.outcome(capture.snapshot(genesys.fromWebrtcSdk(agent.sdk, { interactionId: 'B' }))),
    };
    const during = lab.outcome(capture.snapshot(source, { interactionId: 'A', beforeCapture: () => a.end() }));
    outcomes.during = await during;
    outcomes.afterwards = await lab.outcome(capture.snapshot(source));
    capture.dispose();
    return { ...outcomes, alone };
  });
  assert.deepEqual(o.alone, [['A', 'customer of A', 'camera']]);
  await assertShows(o.first, 'red', 'A');
  assert.equal(o.first.sourceKind, 'camera');
  assert.equal(o.ambiguous.code, 'interaction-ambiguous');
  assert.deepEqual(o.ambiguous.details.interactionIds, ['A', 'B']);
  await assertShows(o.a, 'red', 'A');
  await assertShows(o.b, 'blue', 'B');
  await assertShows(o.adapter, 'blue', 'B');
  assert.equal(o.unknown.code, 'no-source');
  assert.match(o.during.code, /^(stream-ended|interaction-changed)$/);
  await assertShows(o.afterwards, 'blue', 'B');
});

test('the camera toggled ten times: camera-off at once, and the picture again', async () => {
  const rounds = await run(async () => {
    const agent = await genesys.createAgent();
    const source = genesys.fromWebrtcSdk(agent.sdk);
    const call = await genesys.join(agent, 'A', 'red');
    const capture = lab.createCapture();
    await capture.snapshot(source, { timeoutMs: 10000 });
    const rounds = [];
    for (let i = 0; i < 10; i += 1) {
      await call.camera.sender.replaceTrack(null);
      call.setParticipant('customer of A', { videoMuted: true });
      const off = await lab.outcome(capture.snapshot(source, { timeoutMs: 30000 }));
      await call.camera.sender.replaceTrack(call.sending.track);
      call.setParticipant('customer of A', { videoMuted: false });
      const on = await lab.outcome(capture.snapshot(source, { timeoutMs: 10000 }));
      rounds.push({ off, on });
    }
    // While a capture waits.
    await call.camera.sender.replaceTrack(null);
    await lab.hasStopped(call);
    const during = lab.outcome(capture.snapshot(source, { timeoutMs: 30000 }));
    setTimeout(() => call.setParticipant('customer of A', { videoMuted: true }), 200);
    rounds.push({ off: await during, on: undefined });
    capture.dispose();
    return rounds;
  });
  assert.equal(rounds.length, 11);
  for (const { off, on } of rounds) {
    assert.equal(off.code, 'camera-off');
    assert.ok(off.ms < 15000, `${off.ms} ms of 30000`);
    if (on) await assertShows(on, 'red', 'A');
  }
});

test('a screen share that takes the camera’s place, and one beside it', async () => {
  const o = await run(async () => {
    const agent = await genesys.createAgent();
    const [any, camera, screen] = ['any', 'camera', 'screen'].map((kind) => genesys.fromWebrtcSdk(agent.sdk, { kind }));
    const call = await genesys.join(agent, 'A', 'red');
    const shared = genesys.sender('blue');
    const capture = lab.createCapture();
    const take = (source) => lab.outcome(capture.snapshot(source, { timeoutMs: 10000 }));
    const o = { before: await take(any), none: await take(screen) };
    call.setParticipant('customer of A', { sharingScreen: true, videoMuted: true });
    await call.camera.sender.replaceTrack(shared.track);
    Object.assign(o, { instead: await take(any), screen: await take(screen), camera: await take(camera) });
    call.setParticipant('customer of A', { sharingScreen: false, videoMuted: false });
    await call.camera.sender.replaceTrack(call.sending.track);
    Object.assign(o, { again: await take(any) });

    const beside = await call.addTrack(shared.track);
    const receiver = call.session.pc.getTransceivers().find(({ mid }) => mid === beside.mid).receiver;
    call.setParticipant('customer of A', { sharingScreen: true });
    const appId = { sourceParticipantId: 'customer of A' };
    await call.tellStreams([
      { sinkTrackId: receiver.track.id, appId, contentType: 'screenshare' },
      { sinkTrackId: call.track.id, appId, contentType: 'camera' },
    ]);
    await genesys.until(
      () => screen.targets().some(({ track }) => track === receiver.track),
      'a screen beside the camera',
    );
    await lab.ramped(receiver.track, 160);
    Object.assign(o, { both: await take(any), cameraOfBoth: await take(camera), screenOfBoth: await take(screen) });
    beside.direction = 'inactive';
    call.setParticipant('customer of A', { sharingScreen: false });
    await call.tellStreams([{ sinkTrackId: call.track.id, appId, contentType: 'camera' }]);
    await call.renegotiate();
    await genesys.until(() => screen.targets().length === 0, 'no screen');
    o.stopped = await take(any);
    o.noScreen = await take(screen);
    capture.dispose();
    return o;
  });
  await assertShows(o.before, 'red', 'A');
  assert.equal(o.none.code, 'no-source');
  for (const outcome of [o.instead, o.screen]) {
    await assertShows(outcome, 'blue', 'A');
    assert.equal(outcome.sourceKind, 'screen');
  }
  assert.equal(o.camera.code, 'no-source');
  for (const outcome of [o.again, o.both, o.cameraOfBoth, o.stopped]) {
    await assertShows(outcome, 'red', 'A');
    assert.equal(outcome.sourceKind, 'camera');
  }
  await assertShows(o.screenOfBoth, 'blue', 'A');
  assert.equal(o.noScreen.code, 'no-source');
});

test('the agent leaves and rejoins; a reconnection that the SDK does not announce', async () => {
  const o = await run(async () => {
    const agent = await genesys.createAgent();
    const source = genesys.fromWebrtcSdk(agent.sdk);
    const capture = lab.createCapture();
    const take = () => lab.outcome(capture.snapshot(source, { timeoutMs: 10000 }));
    const first = await genesys.join(agent, 'A', 'red');
    const o = { first: await take() };
    await first.end();
    o.between = await take();
    await genesys.join(agent, 'A', 'blue');
    o.rejoined = await take();
    let announced = 0;
    agent.sdk.on('sessionStarted', () => {
      announced += 1;
    });
    // The old session is dead but still there: its pictures are the past.
    await genesys.join(agent, 'A', 'red', { reinvite: true });
    o.reconnected = await take();
    capture.dispose();
    return { ...o, announced, sessions: agent.sdk.sessionManager.getAllSessions().length };
  });
  await assertShows(o.first, 'red', 'A');
  assert.equal(o.between.code, 'no-source');
  await assertShows(o.rejoined, 'blue', 'A');
  assert.deepEqual([o.announced, o.sessions], [0, 2]);
  await assertShows(o.reconnected, 'red', 'A');
});

test('who is in the picture is told, inferred or a guess; a recording and an ended session are no pictures', async () => {
  const o = await run(async () => {
    const agent = await genesys.createAgent();
    const source = genesys.fromWebrtcSdk(agent.sdk);
    const narrowed = genesys.fromWebrtcSdk(agent.sdk, { participantId: 'q' });
    const call = await genesys.join(agent, 'A', 'red', { customers: [{ participantId: 'p' }, { participantId: 'q' }] });
    const capture = lab.createCapture();
    const take = (of, options) => lab.outcome(capture.snapshot(of, { timeoutMs: 10000, ...options }));
    const offered = () => source.targets().map(({ participantId, guess }) => [participantId, guess].join(' '));
    const tell = async (stream, expected) => {
      await call.tellStreams([{ sinkTrackId: call.track.id, ...stream }]);
      await genesys.until(() => offered().join() === expected, expected);
    };
    const o = { guess: await take(source, { participantId: 'q' }), adapter: await take(narrowed) };
    await tell({ appId: { sourceParticipantId: 'q' }, contentType: 'camera' }, 'q ');
    Object.assign(o, { told: await take(source, { participantId: 'q' }), both: await take(narrowed) });
    await tell({ appId: { sourceParticipantId: 'q' }, contentType: 'playback' }, '');
    o.playback = await take(source);
    await tell({ contentType: 'camera' }, 'p participant,q participant');
    o.nameless = await take(source, { participantId: 'q' });
    call.setParticipant('p');
    o.alone = await take(source, { participantId: 'q' });
    // What version 14 does when the network fails for a moment: the session stays listed, and media flows on.
    agent.sdk.emit('sessionEnded', call.session, { condition: 'gone' });
    o.listed = agent.sdk.sessionManager.getAllSessions().length;
    Object.assign(o, { ended: await take(source), later: await take(genesys.fromWebrtcSdk(agent.sdk)) });
    capture.dispose();
    return o;
  });
  for (const name of ['guess', 'adapter', 'nameless']) assert.equal(o[name].code, 'interaction-ambiguous', name);
  for (const name of ['told', 'both', 'alone']) await assertShows(o[name], 'red', 'A', 'q');
  for (const name of ['playback', 'ended', 'later']) assert.equal(o[name].code, 'no-source', name);
  assert.equal(o.listed, 1);
});

test('the agent’s own camera and screen are never offered, and handed over they are local-stream', async () => {
  const o = await run(async () => {
    const agent = await genesys.createAgent();
    const source = genesys.fromWebrtcSdk(agent.sdk);
    const own = await navigator.mediaDevices.getUserMedia({ video: true });
    const call = await genesys.join(agent, 'A', 'red', { own });
    const capture = lab.createCapture();
    const client = genesys.createVideoClient();
    client.interaction = { id: 'A' };
    const clientSource = genesys.fromVideoClient(client);
    client.emit('participant-added', { id: 'agent', isRemote: false, streams: [{ type: 'video', mediaStream: own }] });
    const sent = () => call.session.pc.getSenders().map(({ track }) => track);
    const isOffered = () => source.targets().some(({ track }) => sent().includes(track));
    const o = {
      sendsCamera: sent().includes(own.getVideoTracks()[0]),
      offersCamera: isOffered(),
      fromSdk: await lab.outcome(capture.snapshot(source)),
      stream: await lab.outcome(capture.snapshot(own)),
      track: await lab.outcome(capture.snapshot(own.getVideoTracks()[0])),
      outbound: await lab.outcome(capture.snapshot(call.session._outboundStream)),
      notRemote: await lab.outcome(capture.snapshot(clientSource)),
    };
    client.emit('participant-added', { id: 'liar', isRemote: true, streams: [{ type: 'video', mediaStream: own }] });
    o.liar = await lab.outcome(capture.snapshot(clientSource));

    await call.session.startScreenShare();
    const screen = call.session._screenShareStream;
    o.sendsScreen = sent().includes(screen.getVideoTracks()[0]);
    o.offersScreen = isOffered();
    o.screen = await lab.outcome(capture.snapshot(screen));
    o.whileSharing = await lab.outcome(capture.snapshot(source));
    capture.dispose();
    for (const track of [...own.getTracks(), ...screen.getTracks()]) track.stop();
    return o;
  });
  assert.ok(o.sendsCamera && o.sendsScreen);
  assert.ok(!o.offersCamera && !o.offersScreen);
  for (const outcome of [o.fromSdk, o.whileSharing]) await assertShows(outcome, 'red', 'A');
  for (const name of ['stream', 'track', 'outbound', 'liar', 'screen'])
    assert.equal(o[name].code, 'local-stream', name);
  assert.equal(o.notRemote.code, 'no-source');
});

test('dispose leaves no listener on the SDK, its sessions, connections and tracks', async () => {
  const { before, during, after, targetsDuring, targetsAfter, offered } = await run(async () => {
    const agent = await genesys.createAgent();
    const a = await genesys.join(agent, 'A', 'red');
    const b = await genesys.join(agent, 'B', 'blue');
    const emitters = [agent.sdk, a.session, b.session];
    const before = genesys.countListeners(emitters);
    const counting = genesys.countEventTargets();
    const source = genesys.fromWebrtcSdk(agent.sdk);
    source.on('change', () => {});
    a.setParticipant('customer of A', { videoMuted: true });
    source.targets();
    const [during, targetsDuring] = [genesys.countListeners(emitters), counting.count()];
    source.dispose();
    const o = {
      before,
      during,
      after: genesys.countListeners(emitters),
      targetsDuring,
      targetsAfter: counting.count(),
    };
    counting.stop();
    return { ...o, offered: source.targets().length };
  });
  assert.ok(
    during.every((count, i) => count > before[i]),
    `${during} after ${before}`,
  );
  assert.deepEqual(after, before);
  assert.ok(targetsDuring >= 2 * 3, `${targetsDuring}`);
  assert.equal(targetsAfter, 0);
  assert.equal(offered, 0);
});

test('guide’s VideoClient: late streams, an interaction that is null, throws and changes, over real streams', async () => {
  const o = await run(async () => {
    const call = await lab.startCall({ width: 320, height: 180 });
    call.sending.show('rgb(200, 40, 40)');
    await lab.ramped(call.track, 160);
    const witness = await lab.createWitness(call);
    await lab.until(call, () => witness.shows([200, 40, 40]));
    witness.end();
    const client = genesys.createVideoClient();
    const source = genesys.fromVideoClient(client);
    const capture = lab.createCapture();
    const take = (options) => lab.outcome(capture.snapshot(source, { timeoutMs: 10000, ...options }));
    const participant = { id: 'p', isRemote: true, streams: [] };
    client.emit('participant-added', participant);
    const o = { early: await take() };
    participant.streams.push({ type: 'video', mediaStream: call.stream });
    client.emit('stream-added', participant, participant.streams[0]);
    o.none = await take();
    o.named = await take({ interactionId: 'mine' });
    client.interaction = { id: 'A' };
    o.found = await take();
    o.changed = await take({ beforeCapture: () => void Object.assign(client, { interaction: { id: 'B' } }) });
    client.interaction = { id: 'A' };
    o.ended = await take({ beforeCapture: () => void Object.assign(client, { interaction: null }) });
    const { getActiveInteraction } = client;
    client.getActiveInteraction = () => {
      throw new Error('not ready');
    };
    o.throwing = await take();
    Object.assign(client, { getActiveInteraction, interaction: { id: 'A' } });
    o.again = await take();
    client.interaction = { id: 'B' };
    Object.assign(o, { theirs: await take({ interactionId: 'A' }), other: await take({ interactionId: 'B' }) });
    client.interaction = { id: 'A' };
    client.emit('participant-removed', participant);
    o.gone = await take();
    source.dispose();
    capture.dispose();
    call.end();
    return { ...o, listening: client.listening() };
  });
  assert.equal(o.early.code, 'no-source');
  await assertShows(o.none, 'red', null, 'p');
  await assertShows(o.named, 'red', 'mine', 'p');
  await assertShows(o.found, 'red', 'A', 'p');
  assert.equal(o.changed.code, 'interaction-changed');
  assert.equal(o.ended.code, 'interaction-changed');
  assert.equal(o.throwing.code, 'no-source');
  assert.match(o.throwing.cause, /not ready/);
  await assertShows(o.again, 'red', 'A', 'p');
  await assertShows(o.theirs, 'red', 'A', 'p');
  assert.equal(o.other.code, 'interaction-ambiguous');
  assert.equal(o.gone.code, 'no-source');
  assert.equal(o.listening, 0);
});

test('a conversation from beginning to end, as it is recorded for the tests in Node', async () => {
  const events = await run(async () => {
    const agent = await genesys.createAgent();
    const source = genesys.fromWebrtcSdk(agent.sdk);
    const events = genesys.record(agent.sdk, source);
    const call = await genesys.join(agent, 'A', 'red', { customers: [{ participantId: 'p' }] });
    const to = async (offered, change) => {
      await change();
      await genesys.until(() => events[events.length - 1].offered.join() === offered, offered);
    };
    await to('A p camera track-1 off', () => call.setParticipant('p', { videoMuted: true }));
    await to('A p camera track-1', () => call.setParticipant('p', { videoMuted: false }));
    await to('A p screen track-1', () => call.setParticipant('p', { sharingScreen: true, videoMuted: true }));
    await to('A p camera track-1', () => call.setParticipant('p', { sharingScreen: false, videoMuted: false }));
    await to('A p camera track-1,A q camera track-1', () => call.setParticipant('q', { userId: 'u' }));
    const appId = { sourceParticipantId: 'q', sourceUserId: 'u' };
    await to('A q camera track-1', () =>
      call.tellStreams([{ sinkTrackId: call.track.id, appId, contentType: 'camera' }]),
    );
    await to('', () => call.setParticipant('q'));
    const other = await genesys.join(agent, 'B', 'blue', { customers: [{ participantId: 'r' }] });
    await to('', () => other.end());
    await call.end();
    await lab.sleep(100);
    source.dispose();
    return events;
  });
  assert.deepEqual(distinct(events), OFFERED);
  if (process.env.CASEFRAME_RECORD) await writeFile(RECORDING, `${JSON.stringify(events, null, 1)}\n`);
});
