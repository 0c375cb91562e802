import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, medianRatio } from './statistics.js';

test('medians', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.throws(() => median([]), RangeError);
  // Rounds that were slow for both say the same as those that were not.
  assert.equal(medianRatio([2, 20, 4], [1, 10, 2]), 2);
});
