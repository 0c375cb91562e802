import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attackTable } from './attack.js';

test('a row for each redaction: recovered beside guessed, in %, by kind of text', () => {
  const tally = { characters: 200, right: 36.8, chance: 36, texts: 1080 };
  const half = { characters: 10, right: 5, chance: 1, texts: 1 };
  const table = attackTable([
    {
      name: "`'pixelate'`",
      tallies: { number: tally, code: tally, digit: tally, date: tally, name: tally, 'listed name': tally, all: tally },
    },
    { name: 'another', tallies: { date: half, all: half } },
  ]);
  assert.deepEqual(table.split('\n'), [
    '|  | number (16 digits) | code (3 or 4) | digit of its own | date | random name | listed name | all | texts |',
    `| --- |${' ---: |'.repeat(8)}`,
    `| \`'pixelate'\` |${' 18.4 / 18.0 |'.repeat(7)} 1,080 |`,
    '| another |  |  |  | 50.0 / 10.0 |  |  | 50.0 / 10.0 | 1 |',
  ]);
});
