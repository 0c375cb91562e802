import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addsUp, divide } from './stages.js';
import { summarize } from './statistics.js';

const tasks = (times) => Object.fromEntries(Object.entries(times).map(([task, ms]) => [task, summarize([ms])]));

test('a whole encoding is its copy and what encode takes; what no stage accounts for is the rest', () => {
  const parts = { copy: 1, analyze: 2, color: 3, downsample: 1, transform: 4, huffman: 5, hash: 2 };
  assert.deepEqual(divide(tasks({ ...parts, encode: 18, pixelate: 100 })), { stages: parts, rest: 1, total: 19 });
  // libjpeg by itself neither copies nor analyses.
  assert.deepEqual(divide(tasks({ color: 3, huffman: 5, encode: 10 })), {
    stages: { color: 3, huffman: 5 },
    rest: 2,
    total: 10,
  });
});

test('stages that miss the whole by more than a quarter do not add up, too small or too large', () => {
  const sum = { color: 40, huffman: 60 };
  for (const [encode, expected] of [
    [100, true],
    [130, true],
    [140, false],
    [81, true],
    [79, false],
  ]) {
    assert.equal(addsUp(tasks({ ...sum, encode })), expected, `${encode}`);
  }
});
