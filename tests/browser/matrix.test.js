/**
 * Every way a call can go wrong, in three real browsers. docs/calls.md shows the outcomes as a table: `npm run matrix` writes
 * it, and the last test here fails where an outcome is another than the table's.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { publish, published } from '../bench/publish.js';
import { launchFirefox } from './firefox.js';
import { launchChromium, launchUndriven } from './harness.js';
import { situations } from './pages/situations.js';
import { expectedIn, judge, startTheatre } from './play.js';
import { launchWebKit, STANDS_STILL } from './webkit.js';

const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const BROWSERS = {
  Chromium: () => launchUndriven(CAMERA),
  Firefox: launchFirefox,
  WebKitGTK: launchWebKit,
};
/** They let muted video play whatever their user says: one start of such a browser plays everything. */
const NEVER_REFUSE = ['Chromium'];
const ONLY = process.env.CASEFRAME_BROWSER;

/** @type {Awaited<ReturnType<typeof startTheatre>>} */
let theatre;
/** What each situation came to, by browser and title. One that could not be judged has come to nothing. */
const outcomes = new Map(Object.keys(BROWSERS).map((name) => [name, new Map()]));

before(async () => {
  theatre = await startTheatre();
  const chromium = await launchChromium();
  await theatre.recordClip(chromium.context).finally(() => chromium.close());
});
after(() => theatre.close());

for (const [name, launch] of Object.entries(BROWSERS)) {
  test(name, { skip: ONLY && ONLY !== name }, async (t) => {
    const playable = situations.filter(({ cannot = {} }) => !cannot[name]);
    const refusals = NEVER_REFUSE.includes(name) ? [undefined] : [false, true];
    const results = await play(launch, playable, refusals).catch((error) => {
      if (error.code !== STANDS_STILL) throw error;
      // WebKitGTK 2.50, in one of some twenty plays: its compositor and its video sink wait for each other's locks, and
      // nothing of the page runs any more. Once is bad luck.
      t.diagnostic(`${error.message}: everything is played again`);
      return play(launch, playable, refusals);
    });
    for (const situation of situations) {
      const { title, cannot = {} } = situation;
      await t.test(title, async (t) => {
        if (cannot[name]) return t.diagnostic(`cannot be played: ${cannot[name]}`);
        const came = await judge(results.get(situation));
        outcomes.get(name)?.set(title, came);
        const expected = expectedIn(situation, name);
        assert.ok(expected.includes(came), `${came}, not ${expected.join(' or ')}`);
      });
    }
  });
}

/**
 * @param {(options: { refusesToPlay?: boolean }) => Promise<import('./harness.js').Browser>} launch
 * @param {import('./play.js').Situation[]} playable
 * @param {(boolean | undefined)[]} refusals A start of the browser for each, with the situations that ask for it; undefined:
 *   with all of them.
 */
async function play(launch, playable, refusals) {
  const results = new Map();
  for (const refusesToPlay of refusals) {
    const browser = await launch({ refusesToPlay });
    try {
      const chosen = playable.filter(
        (situation) => refusesToPlay === undefined || Boolean(situation.refusesToPlay) === refusesToPlay,
      );
      for (const [situation, result] of await theatre.play(browser, chosen)) results.set(situation, result);
    } finally {
      await browser.close();
    }
  }
  return results;
}

/** @param {import('./play.js').Situation} situation @param {string} name Of the browser. */
function cell(situation, name) {
  const { title, cannot = {}, notes = {} } = situation;
  const why = cannot[name] || notes[name];
  const expected = expectedIn(situation, name);
  const came = outcomes.get(name)?.get(title);
  const shown = came === undefined || expected.includes(came) ? expected : [came];
  const outcome = shown.map((one) => (one === 'captured' ? one : `\`${one}\``)).join(' or ');
  return `${cannot[name] ? '–' : outcome}${why ? ` (${why})` : ''}`;
}

test('the table in docs/calls.md is this one', { skip: ONLY }, async () => {
  const names = Object.keys(BROWSERS);
  const rows = situations.map((row) => `| ${[row.title, ...names.map((name) => cell(row, name))].join(' | ')} |`);
  const table = [`| situation | ${names.join(' | ')} |`, `|---|${'---|'.repeat(names.length)}`, ...rows].join('\n');
  console.log(table);
  if (process.env.CASEFRAME_MATRIX === 'write') {
    for (const name of names) {
      const missing = situations.filter(({ title, cannot }) => !cannot?.[name] && !outcomes.get(name)?.has(title));
      assert.deepEqual(
        missing.map(({ title }) => title),
        [],
        `played by ${name}`,
      );
    }
    await publish('matrix', table);
  }
  assert.equal(await published('matrix'), table);
});
