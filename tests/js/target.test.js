import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseTarget, followTarget } from '../../js/frames/target.js';

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

test('tracks of this device’s camera and screens are refused', () => {
  for (const settings of [{ groupId: 'g' }, { displaySurface: 'monitor' }]) {
    throws(() => chooseTarget(source(target(null, { track: track('live', settings) }))), 'local-stream');
  }
  const received = { deviceId: 'any', width: 640, groupId: '' };
  assert.doesNotThrow(() => chooseTarget(source(target(null, { track: track('live', received) }))));
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
  assert.deepEqual(followTarget(source(target('b'), before), before), before);

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

test('an interaction that the source knew and no longer knows has changed; one that the caller named has not', () => {
  const before = target('a');
  throws(() => followTarget(source({ ...before, interactionId: null }), before), 'interaction-changed');
  const unnamed = source(target(null, { track: before.track }));
  const named = chooseTarget(unnamed, 'mine');
  assert.equal(followTarget(unnamed, named).interactionId, 'mine');
  throws(() => followTarget(source(before), named), 'interaction-changed');
});
