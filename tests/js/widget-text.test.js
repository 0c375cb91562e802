/** The widget's switch for text: on for whatever screen would be captured. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTextHiding } from '../../examples/agent-widget/text.js';
import { chooseTarget } from '../../js/frames/target.js';
import { forEachSeed } from './random.js';

/** @param {object[]} targets */
const sourceOf = (targets) => /** @type {any} */ ({ targets: () => targets, on: () => () => {} });

/** The switch, once it has looked at these targets of the case. @param {object[]} targets */
function isOnFor(targets) {
  const control = Object.assign(new EventTarget(), { checked: false });
  const text = createTextHiding(/** @type {any} */ (control), () => {});
  text.follow(sourceOf(targets), 'case-1');
  return text.isOn();
}

const track = (readyState = 'live') => ({
  kind: 'video',
  readyState,
  enabled: true,
  muted: false,
  getSettings: () => ({}),
});

test('a screen that is shared beside a camera that is off is what is captured', () => {
  const camera = { kind: 'camera', interactionId: 'case-1', participantId: 'ann', track: track(), cameraOff: true };
  const screen = { kind: 'screen', interactionId: 'case-1', participantId: 'bob', track: track() };
  assert.equal(chooseTarget(sourceOf([camera, screen]), 'case-1').kind, 'screen');
  assert.equal(isOnFor([camera, screen]), true);
  assert.equal(
    isOnFor([
      { ...camera, cameraOff: false },
      { ...screen, track: track('ended') },
    ]),
    false,
  );
  assert.equal(
    isOnFor([
      { ...screen, interactionId: 'case-2' },
      { ...camera, cameraOff: false },
    ]),
    false,
    'another case',
  );
});

test('whatever is there: no screen is captured with the switch off, and no camera alone turns it on', () =>
  forEachSeed(2000, (dice) => {
    const targets = Array.from({ length: dice.between(0, 4) }, () => ({
      kind: dice.pick(['camera', 'screen', 'stream']),
      interactionId: dice.pick(['case-1', 'case-1', 'case-2', null]),
      participantId: dice.pick(['ann', 'bob', null]),
      track: dice.pick([track(), track(), track('ended')]),
      cameraOff: dice.pick([false, false, true]),
    }));
    let captured;
    try {
      captured = chooseTarget(sourceOf(targets), 'case-1');
    } catch {
      return; // Nothing is.
    }
    if (captured.kind === 'screen') assert.equal(isOnFor(targets), true, JSON.stringify(targets));
    if (!targets.some(({ kind }) => kind === 'screen')) assert.equal(isOnFor(targets), false);
  }));
