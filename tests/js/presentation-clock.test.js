import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPresentationClock } from '../../js/frames/presentation-clock.js';

/** What each frame counts as having been there at. @param {[timestampMs: number, readAt: number][]} frames */
function presented(frames) {
  const clock = createPresentationClock();
  return frames.map(([timestampMs, readAt]) => clock.presentedAt(timestampMs * 1000, readAt));
}

test('frames that are read as they come were there when they were read', () => {
  assert.deepEqual(
    presented([
      [7000, 100],
      [7033, 133],
      [7066, 166],
    ]),
    [100, 133, 166],
  );
});

test('what a busy or sleeping thread reads late was there before', () => {
  const hour = 3_600_000;
  const frames = [
    [7000, 100],
    [7033, 133],
    // Both were held back while nobody read.
    [7066, 133 + hour],
    [7100, 134 + hour],
    [7033 + hour, 133 + hour + 1],
  ];
  assert.deepEqual(presented(frames), [100, 133, 166, 200, 133 + hour]);
});

test('a receiver that delays all frames more, or a sender that begins anew, is late for four frames only', () => {
  const frames = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [i * 100, 1000 + i * 100 + (i < 3 ? 0 : 50)]);
  assert.deepEqual(presented(frames), [1000, 1100, 1200, 1300, 1400, 1500, 1650, 1750]);
});

test('timestamps that stand still make frames old, never young', () => {
  assert.deepEqual(
    presented([
      [0, 100],
      [0, 200],
      [0, 300],
    ]),
    [100, 100, 100],
  );
});
