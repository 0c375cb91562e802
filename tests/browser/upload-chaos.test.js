/**
 * Everything at once, at random, in real browsers: three tabs of two agents send snapshots to a server that drops, loses,
 * refuses and stalls, while tabs are reloaded, killed and frozen, the browser is killed, the database is closed, the
 * network comes and goes and `navigator.onLine` lies. In the end each snapshot has arrived exactly once, with its hash.
 *
 * CASEFRAME_UPLOAD_ROUNDS says how many snapshots (120), CASEFRAME_SEED repeats the same dice.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { Dice, firstSeed } from '../js/random.js';
import { PATIENCE_MS } from './firefox.js';
import { launchChromium, STRICT_CSP, startServer } from './harness.js';
import { startUploadServer } from './upload-server.js';

const SNAPSHOTS = Number(process.env.CASEFRAME_UPLOAD_ROUNDS ?? 120);
const AGENTS = ['ann', 'bob'];
const TABS = 3;
const say = process.env.CASEFRAME_UPLOAD_VERBOSE ? console.error : () => {};

/**
 * A browser that can be killed and comes back with its profile.
 * @typedef {object} Driver
 * @property {string} name
 * @property {(url: string) => Promise<Tab>} open
 * @property {() => Promise<void>} kill Everything of it, at once, and starts it anew.
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} Tab
 * @property {<T>(work: (argument: any) => T, argument?: any) => Promise<Awaited<T>>} evaluate
 * @property {(url: string) => Promise<unknown>} go
 * @property {() => Promise<unknown>} kill
 * @property {(whether: boolean) => Promise<unknown>} [freeze]
 * @property {(whether: boolean) => Promise<unknown>} [cutOff]
 */

/** What was asked of a tab that is gone is answered by nobody: not all drivers notice. */
function ending() {
  /** @type {(error: Error) => void} */
  let now = () => {};
  const end = new Promise((_, reject) => {
    now = reject;
  });
  end.catch(() => {});
  return {
    now: () => now(new Error('The tab was killed')),
    /** @param {Promise<any>} answer @returns {Promise<any>} */
    race: (answer) => Promise.race([answer, end]),
  };
}

/** @returns {Promise<Driver>} */
async function driveChromium() {
  const profile = await mkdtemp(join(tmpdir(), 'caseframe-upload-'));
  const launch = () => launchChromium([`--user-data-dir=${profile}`]);
  let browser = await launch();
  /** @type {Set<ReturnType<typeof ending>>} */
  const all = new Set();
  return {
    name: browser.name,
    async open(url) {
      const page = await browser.context.newPage();
      const gone = ending();
      all.add(gone);
      const session = await browser.context.newCDPSession(page);
      await page.goto(url);
      return {
        evaluate: (work, argument) => gone.race(page.evaluate(/** @type {any} */ (work), argument)),
        go: (next) => page.goto(next),
        // Its process is gone, and with it all that a page could still do.
        async kill() {
          session.send('Page.crash').catch(() => {});
          await page.waitForEvent('crash');
          gone.now();
          await page.close();
        },
        freeze: (whether) => session.send('Page.setWebLifecycleState', { state: whether ? 'frozen' : 'active' }),
        cutOff: (whether) =>
          session.send('Network.emulateNetworkConditions', {
            offline: whether,
            latency: 0,
            downloadThroughput: -1,
            uploadThroughput: -1,
          }),
      };
    },
    async kill() {
      for (const gone of all) gone.now();
      await browser.close(); // By SIGKILL, all of its processes.
      browser = await launch();
    },
    async close() {
      await browser.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** @returns {Promise<Driver>} */
async function driveFirefox() {
  const profile = await mkdtemp(join(tmpdir(), 'caseframe-upload-'));
  const launch = () =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
      headless: true,
      timeout: PATIENCE_MS,
      userDataDir: profile,
    });
  let browser = await launch();
  /** @type {Set<ReturnType<typeof ending>>} */
  const all = new Set();
  const end = async () => {
    const child = browser.process();
    const gone = child && new Promise((resolve) => child.once('exit', resolve));
    child?.kill('SIGKILL');
    await gone;
    // Puppeteer then puts the profile's preferences back: a start in the middle of that finds them gone.
    const isPuttingBack = async () => (await readdir(profile)).some((name) => name.endsWith('.puppeteer'));
    for (let i = 0; i < 500 && (await isPuttingBack()); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  return {
    name: 'Firefox',
    async open(url) {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      const gone = ending();
      all.add(gone);
      await page.goto(url);
      return {
        evaluate: (work, argument) => gone.race(page.evaluate(work, argument)),
        go: (next) => page.goto(next),
        async kill() {
          gone.now();
          await page.close();
        },
      };
    },
    async kill() {
      for (const gone of all) gone.now();
      await end();
      browser = await launch();
    },
    async close() {
      await end();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** @type {import('./upload-server.js').Treatment[]} */
const TREATMENTS = [
  ...['before', 'middle', 'after', 'lost', 'lost', 'slow', 'silent', 'burst', 'garbage', 'redirect', 'wrong-hash'],
  ...['401', '409', '413', '429', '503'],
  ...Array.from({ length: 16 }, () => '200'),
].map((treatment) => /** @type {any} */ (treatment));

for (const [browserName, drive] of Object.entries({ Chromium: driveChromium, Firefox: driveFirefox })) {
  test(`${browserName}: ${SNAPSHOTS} snapshots arrive exactly once, whatever happens (seed ${firstSeed})`, async (t) => {
    const dice = new Dice(firstSeed);
    let isOver = false;
    const server = await startUploadServer(() => (isOver ? '200' : dice.pick(TREATMENTS)));
    const pages = await startServer();
    const driver = await drive();
    t.after(() => Promise.all([driver.close(), server.close(), pages.close()]));

    /** @param {string} agent */
    const address = (agent) => {
      const csp = `${STRICT_CSP} ${new URL(server.url).origin}`;
      const script = '/pages/upload-tab.js';
      return `${pages.url}/?${new URLSearchParams({ script, agent, url: server.url, csp })}`;
    };
    /** @type {Record<string, number>} */
    const done = {};
    /** @type {string[]} */
    const problems = [];

    /** @typedef {{ tab: Tab, agent: string, frozen: boolean }} Seat */
    /** @param {string} agent @returns {Promise<Seat>} */
    const sit = async (agent) => {
      const tab = await driver.open(address(agent));
      await ready(tab);
      return { tab, agent, frozen: false };
    };
    /** @param {Tab} tab */
    const ready = (tab) =>
      tab.evaluate(
        () =>
          new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
            const look = () => (globalThis.tab ? resolve() : setTimeout(look, 10));
            look();
          }),
      );
    /** @type {Seat[]} */
    let seats = [];
    const sitAll = async () => {
      seats = [];
      while (seats.length < TABS)
        seats.push(await sit(seats.length < AGENTS.length ? AGENTS[seats.length] : dice.pick(AGENTS)));
    };
    await sitAll();

    /** What the tabs were asked to send, and the hash where they said it was stored. @type {Map<string, { agent: string, sha256?: string }>} */
    const promised = new Map();

    /** @param {Seat} seat @param {string[]} ids */
    async function send(seat, ids) {
      const { agent } = seat; // Another one may sit there soon.
      for (const id of ids) promised.set(id, { agent });
      // A tab may go in the middle: then nobody knows, and somebody asks again.
      const hashes = await seat.tab.evaluate((list) => globalThis.tab.queue(list), ids).catch(() => []);
      for (const [at, sha256] of hashes.entries()) promised.set(ids[at], { agent, sha256 });
    }

    /** @param {Seat} seat */
    async function leave(seat) {
      problems.push(...(await seat.tab.evaluate(() => globalThis.tab.problems).catch(() => [])));
    }

    /** @type {Record<string, (seat: Seat) => Promise<unknown>>} */
    const actions = {
      async reload(seat) {
        await leave(seat);
        await seat.tab.go(address(seat.agent));
        await ready(seat.tab);
      },
      async 'other agent'(seat) {
        await leave(seat);
        seat.agent = AGENTS[1 - AGENTS.indexOf(seat.agent)];
        await seat.tab.go(address(seat.agent));
        await ready(seat.tab);
      },
      async 'tab killed'(seat) {
        await seat.tab.kill();
        Object.assign(seat, await sit(seat.agent));
      },
      async 'browser killed'() {
        await driver.kill();
        await sitAll();
      },
      async 'database closed'(seat) {
        await seat.tab.evaluate((tells) => globalThis.tab.closeDatabases(tells), dice.random() < 0.5);
      },
      async 'onLine lies'(seat) {
        await seat.tab.evaluate((says) => globalThis.tab.lie(says), dice.random() < 0.5);
      },
      async 'server away'() {
        server.setOffline(true);
        setTimeout(() => server.setOffline(false), dice.between(50, 800));
      },
      async flush(seat) {
        // Its database may have been closed, or be slow to open again: then it says that nobody knows what is left.
        await seat.tab.evaluate(() =>
          globalThis.tab.uploader.flush({ timeoutMs: 100 }).catch((/** @type {any} */ error) => {
            if (error.details?.reason !== 'storage') throw error;
          }),
        );
      },
      ...(seats[0].tab.freeze && {
        async frozen(seat) {
          await seat.tab.evaluate(() => globalThis.tab.idle());
          await seat.tab.freeze?.(true);
          seat.frozen = true;
        },
      }),
      ...(seats[0].tab.cutOff && {
        async 'network cut'({ tab }) {
          await tab.cutOff?.(true);
          await new Promise((resolve) => setTimeout(resolve, dice.between(50, 800)));
          await tab.cutOff?.(false);
        },
      }),
    };
    // Killing a browser takes seconds, a closed database none.
    const names = Object.keys(actions).flatMap((name) => (name === 'browser killed' ? [name] : [name, name, name]));

    /** @type {Promise<void>[]} */
    const sendings = [];
    for (let sent = 0; sent < SNAPSHOTS; ) {
      const seat = dice.pick(seats);
      if (seat.frozen) {
        if (seats.every(({ frozen }) => frozen) || dice.random() < 0.5) {
          await seat.tab.freeze?.(false);
          seat.frozen = false;
        }
        continue;
      }
      const ids = Array.from(
        { length: Math.min(dice.between(1, 6), SNAPSHOTS - sent) },
        () => `s-${firstSeed}-${sent++}`,
      );
      const sending = send(seat, ids);
      sendings.push(sending); // A frozen tab goes on with it only later.
      if (dice.random() < 0.6) await sending;
      const active = seats.filter(({ frozen }) => !frozen);
      const name = dice.pick(names);
      done[name] = (done[name] ?? 0) + 1;
      say(name);
      await actions[name](dice.pick(active));
    }

    // The storm is over. Everybody is there, and what is not known to be stored is asked for again.
    isOver = true;
    for (const seat of seats) if (seat.frozen) await seat.tab.freeze?.(false);
    await Promise.all(sendings);
    const last = await Promise.all(AGENTS.map(sit));
    for (const seat of last) {
      const unknown = [...promised]
        .filter(([, { agent, sha256 }]) => agent === seat.agent && !sha256)
        .map(([id]) => id);
      if (unknown.length > 0) await send(seat, unknown);
    }
    /** @type {any[]} */
    let left = [];
    for (let rounds = 0; rounds < 600; rounds += 1) {
      left = await last[0].tab.evaluate(async () => {
        const { tab } = globalThis;
        await tab.retryGivenUp();
        return tab.plain(await tab.uploader.pending());
      });
      await last[1].tab.evaluate(() => globalThis.tab.retryGivenUp());
      if (left.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    for (const seat of [...seats, ...last]) await leave(seat);

    const lost = [...promised.keys()].filter((id) => !server.filed.has(id));
    const { tries, repeats, inProgress, mismatches } = server.counts;
    t.diagnostic(`| browser | snapshots | tries | repeats answered | in progress answered | lost | twice |`);
    t.diagnostic(
      `| ${driver.name} | ${promised.size} | ${tries} | ${repeats} | ${inProgress} | ${lost.length} | ${server.filed.size - promised.size + lost.length} |`,
    );
    t.diagnostic(`treated: ${JSON.stringify(server.treatments)}; happened: ${JSON.stringify(done)}`);
    assert.deepEqual(left, [], 'the queue is empty');
    assert.deepEqual(lost, []);
    assert.equal(promised.size, SNAPSHOTS);
    assert.equal(server.filed.size, SNAPSHOTS, 'nothing else came');
    assert.equal(mismatches, 0);
    for (const [id, { agent, sha256 }] of promised) {
      const filed = server.filed.get(id);
      assert.deepEqual([filed?.agentId, filed?.sha256], [agent, sha256], id);
      assert.equal(filed?.fields.at(-1), 'file');
    }
    assert.deepEqual(problems, []);
  });
}
