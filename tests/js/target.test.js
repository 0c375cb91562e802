import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseTarget, followTarget, isSamePicture } from '../../js/frames/target.js';

/** What a target's track is asked for; the real ones are in tests/browser. */
const track = (readyState = 'live', settings = {}) => ({ readyState, getSettings: () => settings });

const target = (interactionId, rest = {}) => ({
  track: track(),
  interactionId,
  participantId: null,
  kind: 'camera',
  ...rest,
});

const source = (...targets) => ({ targets: () => targets });

/** @param {() => unknown} action @param {string} code */
const throws = (action, code) => assert.throws(action, { code });

test('the first live target of the one interaction, cameras that are on before those that are off', () => {
  const [off, dead, good] = [
    target('a', { cameraOff: true }),
    target('a', { track: track('ended') }),
    target('a', { participantId: 'p' }),
  ];
  assert.deepEqual(chooseTarget(source(off, dead, good)), good);
  throws(() => chooseTarget(source(off)), 'camera-off');
  throws(() => chooseTarget(source(dead)), 'stream-ended');
  throws(() => chooseTarget(source()), 'no-source');
});

test('several interactions: chosen, never guessed', () => {
  const several = source(target('a'), target('b'));
  throws(() => chooseTarget(several), 'interaction-ambiguous');
  assert.equal(chooseTarget(several, 'b').interactionId, 'b');
  throws(() => chooseTarget(several, 'c'), 'no-source');
  throws(() => chooseTarget(source(target('a'), target(null))), 'interaction-ambiguous');
});

test('a source without interactions is named by the caller', () => {
  assert.equal(chooseTarget(source(target(null)), 'mine').interactionId, 'mine');
  assert.equal(chooseTarget(source(target(undefined))).interactionId, null);
});

test('a name that the source knows stands for nobody of whom it knows none', () => {
  const [p, q] = [target('a', { participantId: 'p' }), target(null, { participantId: 'q' })];
  assert.equal(chooseTarget(source(q, p), 'a').participantId, 'p');
  throws(() => chooseTarget(source({ ...p, cameraOff: true }, q), 'a'), 'camera-off');
  throws(() => chooseTarget(source({ ...p, track: track('ended') }, q), 'a'), 'stream-ended');
  throws(() => chooseTarget(source(p, q), 'b'), 'no-source');
  const named = chooseTarget(source(q), 'b');
  throws(() => followTarget(source(q, p), named), 'interaction-changed');
});

test('tracks of this device’s camera and screens are refused', () => {
  for (const settings of [{ groupId: 'g' }, { displaySurface: 'monitor' }]) {
    throws(() => chooseTarget(source(target(null, { track: track('live', settings) }))), 'local-stream');
  }
  const received = { deviceId: 'any', width: 640, groupId: '' };
  assert.doesNotThrow(() => chooseTarget(source(target(null, { track: track('live', received) }))));
});

test('what only wraps a track is none', () => {
  for (const wrapped of [{}, 'track', { mediaStreamTrack: track('live') }]) {
    assert.throws(
      () => chooseTarget(source(target('a', { track: /** @type {any} */ (wrapped) }))),
      (/** @type {any} */ error) => error.code === 'no-source' && error.cause.code === 'invalid-argument',
    );
  }
});

test('a source that throws is no source', () => {
  const broken = {
    targets() {
      throw new Error('sdk');
    },
  };
  throws(() => chooseTarget(broken), 'no-source');
});

test('following: the same, replaced, changed, gone', () => {
  const before = target('a', { participantId: 'p' });
  const { known, ...same } = followTarget(source(target('b'), before), before);
  assert.deepEqual([same, known?.participantId], [before, 'p']);

  const replaced = target('a', { participantId: 'p' });
  assert.equal(followTarget(source(replaced), before).track, replaced.track);

  throws(() => followTarget(source({ ...before, interactionId: 'b' }), before), 'interaction-changed');
  throws(() => followTarget(source(target('b', { participantId: 'p' })), before), 'interaction-changed');
  // Somebody else of the same interaction is not the one who was asked for.
  throws(() => followTarget(source(target('a', { participantId: 'q' })), before), 'stream-ended');
  throws(() => followTarget(source(), before), 'stream-ended');
  throws(() => followTarget(source({ ...before, cameraOff: true }), before), 'camera-off');
  const dead = target('a', { track: track('ended') });
  throws(() => followTarget(source(dead), dead), 'stream-ended');
});

test('several participants: participantId picks, the kind does not tell people apart', () => {
  const [camera, screen] = [target('a', { participantId: 'p' }), target('a', { participantId: 'p', kind: 'screen' })];
  assert.equal(chooseTarget(source(camera, screen)).kind, 'camera');
  const other = target('a', { participantId: 'q' });
  throws(() => chooseTarget(source(camera, other)), 'interaction-ambiguous');
  assert.equal(chooseTarget(source(camera, other), undefined, 'q').track, other.track);
  throws(() => chooseTarget(source(camera, other), undefined, 'r'), 'no-source');
  // Who has the camera off is not in the picture.
  assert.equal(chooseTarget(source(camera, { ...other, cameraOff: true })).track, camera.track);
  // Two tracks of people nobody has named yet.
  throws(() => chooseTarget(source(target('a'), target('a'))), 'interaction-ambiguous');
});

test('somebody else on the same track has ended the picture; a name for who was there has not', () => {
  const unknown = target('a');
  const known = { ...unknown, participantId: 'p' };
  assert.equal(followTarget(source(known), unknown).participantId, 'p');
  throws(() => followTarget(source({ ...unknown, participantId: 'q' }), known), 'stream-ended');
  throws(() => followTarget(source({ ...known, kind: 'screen' }), known), 'stream-ended');
});

test('who was once known stays known for the whole capture, whatever the source knows in between', () => {
  const p = target('a', { participantId: 'p', userId: 'up' });
  const nobody = { ...p, participantId: null, userId: null };
  const q = { ...p, participantId: 'q', userId: 'uq' };
  /** @param {any[]} steps The last of them is not followed. */
  const ends = (...steps) => {
    const [first, ...others] = steps.map((step) => source(step));
    const last = /** @type {any} */ (others.pop());
    const before = others.reduce((shown, next) => followTarget(next, shown), chooseTarget(first));
    throws(() => followTarget(last, before), 'stream-ended');
  };
  ends(p, nobody, q);
  ends(p, nobody, nobody, { ...q, userId: null });
  ends(nobody, p, nobody, q);
  // Another account is another person, whoever of the two has been named.
  ends(p, { ...nobody, userId: 'uq' });
  ends(p, { ...p, userId: 'uq' });
  ends({ ...nobody, userId: 'up' }, nobody, { ...nobody, userId: 'uq' });
  ends({ ...nobody, userId: 'up' }, q);
  ends({ ...p, kind: 'screen' }, { ...nobody, kind: 'camera' });
  // What is told piece by piece of one person is no other one.
  const told = [nobody, { ...nobody, userId: 'up' }, p, { ...p, userId: null }, nobody, { ...p, userId: undefined }, p];
  const [first, ...others] = told.map((step) => source(step));
  const last = others.reduce((shown, next) => followTarget(next, shown), chooseTarget(first));
  assert.deepEqual([last.participantId, last.userId], ['p', 'up']);
  // Whose kind was only guessed while nobody was known.
  assert.equal(followTarget(source({ ...p, kind: 'screen' }), nobody).kind, 'screen');
});

test('an interaction that the source knew and no longer knows has changed; one that the caller named has not', () => {
  const before = target('a');
  throws(() => followTarget(source({ ...before, interactionId: null }), before), 'interaction-changed');
  const unnamed = source(target(null, { track: before.track }));
  const named = chooseTarget(unnamed, 'mine');
  assert.equal(followTarget(unnamed, named).interactionId, 'mine');
  throws(() => followTarget(source(before), named), 'interaction-changed');
});

test('one picture listed for several people is a guess, and a name makes it no better', () => {
  const p = target('a', { participantId: 'p' });
  const q = { ...p, participantId: 'q' };
  throws(() => chooseTarget(source(p, q)), 'interaction-ambiguous');
  assert.throws(() => chooseTarget(source(p, q), undefined, 'q'), {
    code: 'interaction-ambiguous',
    details: {
      interactionIds: ['a'],
      participants: [
        { participantId: 'p', userId: undefined, kind: 'camera' },
        { participantId: 'q', userId: undefined, kind: 'camera' },
      ],
    },
  });
  // Who has the camera off is not in the picture: it is the other one's.
  assert.equal(chooseTarget(source({ ...p, cameraOff: true }, q)).participantId, 'q');
  throws(() => chooseTarget(source({ ...p, cameraOff: true }, q), undefined, 'p'), 'camera-off');
  // A picture that is theirs alone is certain, beside one that may be.
  const own = target('a', { participantId: 'q', track: track() });
  assert.equal(chooseTarget(source(p, q, own), undefined, 'q').track, own.track);
});

test('one picture listed for two accounts is a guess, too, though neither has been told of', () => {
  const a = target('a', { userId: 'ua' });
  throws(() => chooseTarget(source(a, { ...a, userId: 'ub' })), 'interaction-ambiguous');
  throws(() => chooseTarget(source(a, { ...a, userId: null })), 'interaction-ambiguous');
  assert.equal(chooseTarget(source(a, { ...a })).userId, 'ua');
});

test('one picture listed under several interactions is a guess too', () => {
  const a = target('a', { participantId: 'p' });
  const both = source(a, { ...a, interactionId: 'b' });
  for (const name of [undefined, 'a', 'b']) throws(() => chooseTarget(both, name), 'interaction-ambiguous');
});

test('what a source calls a guess is not taken, also where it offers nothing else', () => {
  for (const guess of ['interaction', 'participant']) {
    const only = target('a', { participantId: 'p', guess });
    throws(() => chooseTarget(source(only)), 'interaction-ambiguous');
    throws(() => chooseTarget(source(only), 'a', 'p'), 'interaction-ambiguous');
  }
});

test('the chosen interaction is followed while its source vouches for it; the only one has to remain the only one', () => {
  const a = target('a', { participantId: 'p' });
  const b = { ...a, interactionId: 'b', guess: 'interaction' };
  const turned = source(b, a);
  const chosen = chooseTarget(turned, 'a');
  assert.equal(followTarget(turned, chosen).interactionId, 'a');
  assert.equal(followTarget(turned, followTarget(turned, chosen)).interactionId, 'a', 'and followed on');
  throws(() => chooseTarget(turned, 'b'), 'interaction-ambiguous');
  throws(() => followTarget(turned, chooseTarget(source(a))), 'interaction-changed');
  throws(
    () => followTarget(source({ ...b, guess: undefined }, { ...a, guess: 'interaction' }), chosen),
    'interaction-ambiguous',
  );
  // Another customer of the chosen interaction, who is there for certain, is not kept back by the guess.
  const q = target('b', { participantId: 'q' });
  assert.equal(chooseTarget(source(b, a, q), 'b').participantId, 'q');
});

test('who is in the picture becomes a guess during a capture: interaction-ambiguous', () => {
  const p = target('a', { participantId: 'p' });
  const q = { ...p, participantId: 'q' };
  for (const before of [chooseTarget(source(p)), chooseTarget(source(p), 'a', 'p'), { ...p, participantId: null }]) {
    throws(() => followTarget(source(p, q), before), 'interaction-ambiguous');
    throws(() => followTarget(source(q, p), before), 'interaction-ambiguous');
  }
});

test('where nobody has an id, another track is another picture, whatever the caller has named it', () => {
  const origin = {};
  for (const [before, after, code] of [
    [target(null), target(null), 'stream-ended'],
    [target('a', { userId: null, origin: null }), target('a'), 'stream-ended'],
    [target('a', { userId: 'up' }), target('a', { userId: 'uq' }), 'stream-ended'],
    [target('a', { userId: 'up' }), target('a'), 'stream-ended'],
    [target('a', { origin }), target('a', { origin: {} }), 'stream-ended'],
    [target('a', { userId: 'up' }), target('a', { userId: 'up' }), undefined],
    [target(null, { origin }), target(null, { origin }), undefined],
    [target('a', { participantId: 'p', userId: 'up' }), target('a', { participantId: 'p' }), undefined],
  ]) {
    for (const name of before.interactionId === null ? ['case-1', undefined] : ['a', undefined]) {
      const follow = () => followTarget(source(after), chooseTarget(source(before), name));
      if (code) throws(follow, code);
      else assert.equal(follow().track, after.track);
    }
  }
});

test('a participant who was chosen is followed to another track, and has to stay known', () => {
  const [before, after] = [target('a', { participantId: 'p' }), target('a', { participantId: 'p' })];
  const other = { ...before, participantId: 'q' };
  const chosen = chooseTarget(source(before), undefined, 'p');
  assert.equal(followTarget(source(other, after), chosen).track, after.track);
  const unknown = { ...before, participantId: null };
  throws(() => followTarget(source(unknown), chosen), 'stream-ended');
  assert.equal(followTarget(source(unknown), chooseTarget(source(before))).participantId, null);
  // Of two people nobody has named, one that becomes known is not replaced by the other.
  const nobody = target('a');
  assert.equal(followTarget(source({ ...unknown, participantId: 'p' }, nobody), unknown).participantId, 'p');
});

test('a picture of the same person that is a screen now is not the same', () => {
  const camera = target('a', { participantId: 'p' });
  assert.ok(isSamePicture(camera, { ...camera }));
  assert.ok(!isSamePicture(camera, { ...camera, kind: 'screen' }));
  const unknown = target('a', { userId: 'up' });
  assert.ok(!isSamePicture(unknown, { ...unknown, userId: 'uq' }), 'nor one of another account');
  assert.ok(isSamePicture({ ...camera, userId: null }, { ...camera, userId: undefined }));
});
