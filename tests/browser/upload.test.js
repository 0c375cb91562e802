/** The upload on real pages: what a fake cannot prove of browsers, their databases, locks, sandboxes and quotas. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchFirefox } from './firefox.js';
import { launchChromium, readBody, STRICT_CSP, startServer } from './harness.js';
import { startUploadServer } from './upload-server.js';
import { launchWebKit } from './webkit.js';

/** Genesys' own, for an interaction widget. */
const GENESYS_SANDBOX =
  'allow-forms allow-modals allow-popups allow-presentation allow-same-origin allow-scripts allow-downloads';

/** @type {import('./upload-server.js').Treatment[]} */
const BAD = ['before', 'lost', '401', '409', 'garbage', 'redirect', '503', 'middle', 'wrong-hash'];

for (const launch of [launchChromium, launchFirefox, launchWebKit]) {
  test(`${launch.name.slice(6)}: the stores keep their contract, and everything is delivered`, async (t) => {
    const upload = await startUploadServer((_, tries) => BAD[tries - 1] ?? '200');
    /** @type {(value: any) => void} */
    let report = () => {};
    const reported = new Promise((resolve) => {
      report = resolve;
    });
    const pages = await startServer({
      '/upload': upload.handle,
      '/login': (_, response) => response.end('<!doctype html><title>Please log in</title>'),
      '/done': async (request, response) => {
        report(JSON.parse(String(await readBody(request))));
        response.end();
      },
    });
    const browser = await launch();
    t.after(() => Promise.all([browser.close(), pages.close(), upload.close()]));
    const scripts = ['/pages/upload-tab.js', '/pages/upload-suite.js'].map((path) => ['script', path]);
    const page = await browser.open(`${pages.url}/?${new URLSearchParams(scripts)}`);
    const { results, problems } = await reported;
    await page.close();
    t.diagnostic(`${browser.name} ${browser.version}`);
    assert.deepEqual(
      Object.entries(results).filter(([, result]) => result !== 'ok'),
      [],
    );
    assert.ok(Object.keys(results).length > 20);
    assert.equal(upload.filed.size, 9);
    assert.deepEqual(problems, []);
  });
}

describe('in Chromium', () => {
  /** @type {Awaited<ReturnType<typeof launchChromium>>} */
  let chromium;
  /** @type {string} */
  let script;
  before(async () => {
    chromium = await launchChromium();
    const tab = fileURLToPath(new URL('pages/upload-tab.js', import.meta.url));
    const { outputFiles } = await build({
      entryPoints: [tab],
      bundle: true,
      format: 'iife',
      write: false,
      plugins: [
        {
          name: 'dist',
          setup({ onResolve }) {
            const root = fileURLToPath(new URL('../../build/js/', import.meta.url));
            onResolve({ filter: /^\/dist\// }, ({ path }) => ({ path: path.replace('/dist/', root) }));
          },
        },
      ],
    });
    script = outputFiles[0].text;
  });
  after(() => chromium?.close());

  /**
   * @param {import('node:test').TestContext} t
   * @param {(id: string, tries: number) => import('./upload-server.js').Treatment} [treat]
   */
  async function start(t, treat = () => '200') {
    const upload = await startUploadServer(treat);
    const pages = await startServer({
      '/upload': upload.handle,
      '/tab.js': (_, response) => response.setHeader('Content-Type', 'text/javascript').end(script),
      '/frame': (request, response) => {
        const { searchParams } = new URL(String(request.url), 'http://localhost');
        const frame = `<iframe sandbox="${searchParams.get('sandbox')}" src="${searchParams.get('src')}"></iframe>`;
        response.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>host</title>${frame}`);
      },
      // Not as a module: those are fetched with an origin, which a sandboxed page has not.
      '/classic': (_, response) => {
        response.setHeader('Content-Security-Policy', STRICT_CSP);
        response
          .setHeader('Content-Type', 'text/html')
          .end('<!doctype html><title>tab</title><script src="/tab.js"></script>');
      },
    });
    /** @type {import('playwright-core').Page[]} */
    const open = [];
    t.after(async () => {
      for (const page of open) {
        assert.deepEqual(await page.evaluate(() => globalThis.tab?.problems ?? []), []);
        await page.close();
      }
      await Promise.all([pages.close(), upload.close()]);
    });
    return {
      upload,
      pages,
      /** @param {Record<string, string>} [query] @param {() => void} [init] Ahead of the page's scripts. */
      async open({ options = '{}', ...query } = {}, init) {
        const page = await chromium.context.newPage();
        open.push(page);
        if (init) await page.addInitScript(init);
        // Where tries are counted, a machine that stands still for a second and a half is not to make one.
        const patient = JSON.stringify({ stallMs: 60_000, answerMs: 60_000, ...JSON.parse(options) });
        await page.goto(`${pages.url}/classic?${new URLSearchParams({ ...query, options: patient })}`);
        return page;
      },
    };
  }

  /** @param {import('playwright-core').Page | import('playwright-core').Frame} page @param {string} id */
  const send = (page, id) =>
    page.evaluate(async (name) => {
      const { tab } = globalThis;
      return tab.outcome(tab.uploader.send(await tab.snapshotOf(name)));
    }, id);

  /** @param {import('playwright-core').Page | import('playwright-core').Frame} page @returns {Promise<any[]>} */
  const events = (page) => page.evaluate(() => globalThis.tab.events);

  /** By a timer: a hidden tab paints no frames. @param {import('playwright-core').Page} page @param {string} type */
  const seen = (page, type) =>
    page.waitForFunction((what) => globalThis.tab.events.some((event) => event.type === what), type, { polling: 100 });

  test('a database that never opens: from memory, with a warning', async (t) => {
    const { open, upload } = await start(t);
    const page = await open({}, () => {
      IDBFactory.prototype.open = () => /** @type {any} */ (new EventTarget());
    });
    assert.equal((await send(page, 'a')).value.id, 'a');
    const warnings = (await events(page)).filter(({ type }) => type === 'warning');
    assert.ok(warnings.every(({ code, cause }) => code === 'volatile-queue' && /longer than/.test(cause.message)));
    assert.ok(warnings.some(({ ids }) => ids.includes('a')));
    assert.equal(upload.filed.size, 1);
  });

  test('an old tab that holds up the upgrade: from memory, and from the disk once it lets go', async (t) => {
    const { open, upload } = await start(t);
    const old = await open({ options: JSON.stringify({ queue: 'memory' }) });
    await old.evaluate(
      () =>
        new Promise((resolve) => {
          const request = indexedDB.open('caseframe-upload', 1);
          request.onupgradeneeded = () => {
            request.result.createObjectStore('items', { keyPath: 'id' });
            request.result.createObjectStore('pictures');
            request.result.createObjectStore('receipts', { keyPath: 'id' }).createIndex('at', 'at');
          };
          request.onsuccess = () => {
            globalThis.stubborn = request.result; // It hears of the new version, and does nothing.
            resolve(undefined);
          };
        }),
    );
    const page = await open();
    assert.equal((await send(page, 'a')).value.id, 'a');
    assert.ok((await events(page)).some(({ code }) => code === 'volatile-queue'));
    await old.evaluate(() => globalThis.stubborn.close());
    await page.evaluate(() => globalThis.tab.lie(true));
    assert.equal((await send(page, 'b')).value.id, 'b');
    const queued = (await events(page)).filter(({ type }) => type === 'queued');
    assert.deepEqual(
      queued.map(({ item }) => [item.id, item.durable]),
      [
        ['a', false],
        ['b', true],
      ],
    );
    assert.equal(upload.filed.size, 2);
  });

  test('a cross-site frame with Genesys’ sandbox: from the disk', async (t) => {
    const { open, upload, pages } = await start(t);
    const page = await open();
    const host = pages.url.replace('127.0.0.1', 'localhost');
    await page.goto(`${host}/frame?${new URLSearchParams({ sandbox: GENESYS_SANDBOX, src: `${pages.url}/classic` })}`);
    const frame = page.frames()[1];
    await frame.waitForFunction(() => globalThis.tab);
    assert.equal((await send(frame, 'a')).value.id, 'a');
    const seen = await events(frame);
    assert.equal(seen.find(({ type }) => type === 'queued').item.durable, true);
    assert.equal(seen.filter(({ type }) => type === 'warning').length, 0);
    assert.equal(upload.filed.size, 1);
  });

  test('a sandbox without an origin: from memory, with a warning', async (t) => {
    const { open, upload, pages } = await start(t);
    const page = await open();
    const src = `${pages.url}/classic?${new URLSearchParams({ url: upload.url, options: '{}' })}`;
    await page.goto(`${pages.url}/frame?${new URLSearchParams({ sandbox: 'allow-scripts', src })}`);
    const frame = page.frames()[1];
    await frame.waitForFunction(() => globalThis.tab);
    await frame.evaluate(() => globalThis.tab.queue(['a']));
    const seen = await events(frame);
    assert.equal(seen.find(({ type }) => type === 'queued').item.durable, false);
    const warning = seen.find(({ type, ids }) => type === 'warning' && ids.length > 0);
    assert.deepEqual([warning.code, warning.ids, warning.cause.name], ['volatile-queue', ['a'], 'SecurityError']);
  });

  test('a full disk: what does not fit is in memory, with a warning; what lies there goes out', async (t) => {
    const { open, upload } = await start(t);
    const page = await open();
    upload.setOffline(true);
    await page.evaluate(() => globalThis.tab.queue(['a']));
    // This Chromium obeys no quota that is set over its debugging port: so the transaction ends as it does on a full disk.
    await page.evaluate(async () => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...parameters) {
        const request = put.apply(this, /** @type {any} */ (parameters));
        if (this.name === 'pictures') {
          const value = new DOMException('full', 'QuotaExceededError');
          Object.defineProperty(this.transaction, 'error', { value });
          this.transaction.abort();
        }
        return request;
      };
      await globalThis.tab.queue(['b']);
    });
    const pending = await page.evaluate(async () => globalThis.tab.plain(await globalThis.tab.uploader.pending()));
    assert.deepEqual(
      pending.map(({ id, durable }) => [id, durable]),
      [
        ['a', true],
        ['b', false],
      ],
    );
    const warnings = (await events(page)).filter(({ type }) => type === 'warning');
    assert.deepEqual(
      warnings.map(({ code, ids, cause }) => [code, ids, cause.name]),
      [['volatile-queue', ['b'], 'QuotaExceededError']],
    );
    upload.setOffline(false);
    assert.deepEqual(await page.evaluate(() => globalThis.tab.uploader.flush({ timeoutMs: 60000 })), []);
    assert.equal(upload.filed.size, 2);
  });

  test('the clock is set back by an hour: the next try is not an hour late', async (t) => {
    const { open, upload } = await start(t, (_, tries) => (tries === 1 ? '503' : '200'));
    const page = await open();
    const sent = page.evaluate(async () => {
      const { tab } = globalThis;
      const { now } = Date;
      tab.uploader.on('failed', () => {
        Date.now = () => now() - 3600000;
      });
      return tab.outcome(tab.uploader.send(await tab.snapshotOf('a')));
    });
    assert.equal((await sent).value.id, 'a');
    assert.deepEqual([upload.filed.size, upload.counts.tries], [1, 2]);
  });

  test('a tab that is frozen while it sends: another one takes over', async (t) => {
    const { open, upload } = await start(t, (_, tries) => (tries === 1 ? 'silent' : '200'));
    const [one, two] = [await open({ options: '{"answerMs":600000}' }), await open()];
    const session = await chromium.context.newCDPSession(one);
    await two.bringToFront(); // Browsers freeze what nobody sees.
    await one.evaluate(() => globalThis.tab.queue(['a']));
    await seen(one, 'sent');
    await one.evaluate(() => globalThis.tab.idle());
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    assert.equal(
      (await two.evaluate(() => globalThis.tab.outcome(globalThis.tab.uploader.send({ id: 'a' })))).value.id,
      'a',
    );
    assert.equal(upload.filed.size, 1);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await seen(one, 'delivered');
  });

  test('a tab that is frozen in a transaction: others go on from memory, and wait for what lies on the disk', async (t) => {
    const { open, upload } = await start(t);
    const one = await open();
    upload.setOffline(true);
    await one.evaluate(() => globalThis.tab.queue(['a']));
    await one.evaluate(() => globalThis.tab.uploader.dispose());
    await one.evaluate(
      () =>
        new Promise((resolve) => {
          const request = indexedDB.open('caseframe-upload');
          request.onsuccess = () => {
            const stores = [...request.result.objectStoreNames];
            const items = request.result.transaction(stores, 'readwrite').objectStore('items');
            const holdOn = () => {
              if (!globalThis.letsGo) items.get('x').onsuccess = holdOn;
              resolve(undefined);
            };
            holdOn();
          };
        }),
    );
    const two = await open();
    const session = await chromium.context.newCDPSession(one);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    upload.setOffline(false);
    const waited = two.evaluate(() => globalThis.tab.outcome(globalThis.tab.uploader.send({ id: 'a' })));
    assert.equal((await send(two, 'b')).value.id, 'b');
    const queued = (await events(two)).filter(({ type }) => type === 'queued');
    assert.deepEqual(
      queued.map(({ item }) => [item.id, item.durable]),
      [['b', false]],
    );
    assert.deepEqual([...upload.filed.keys()], ['b'], 'nobody can know of a');
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await one.evaluate(() => {
      globalThis.letsGo = true;
    });
    assert.equal((await waited).value.id, 'a');
    assert.deepEqual([upload.filed.size, upload.counts.tries], [2, 2]);
  });

  test('a tab that is killed while it sends: its lock tells at once', async (t) => {
    const { open, upload } = await start(t, (_, tries) => (tries === 1 ? 'silent' : '200'));
    const options = '{"answerMs":600000,"limits":{"parallel":1}}';
    const one = await chromium.context.newPage();
    await one.goto(`${(await open({ options })).url()}`);
    await one.evaluate(() => globalThis.tab.queue(['a']));
    await seen(one, 'sent');
    // A disk that answers late comes after the first try.
    await one.waitForFunction(async () => (await globalThis.tab.uploader.pending())[0].durable);
    await one.close();
    const two = await open({ options });
    const outcome = await two.evaluate(() => globalThis.tab.outcome(globalThis.tab.uploader.send({ id: 'a' })));
    assert.equal(outcome.value?.id, 'a', JSON.stringify(outcome));
    assert.deepEqual([upload.filed.size, upload.counts.tries], [1, 2]);
  });

  test('in a worker', async (t) => {
    const { open, upload } = await start(t);
    const page = await open();
    const answer = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const worker = new Worker('/pages/upload-worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
        }),
    );
    assert.deepEqual(answer, { id: 'from-a-worker', durable: true });
    assert.equal(upload.filed.size, 1);
  });

  test('a thousand snapshots that wait: a new page opens, and all of them arrive', async (t) => {
    const { open, upload } = await start(t);
    const first = await open();
    upload.setOffline(true);
    for (let at = 0; at < 1000; at += 50) {
      const ids = Array.from({ length: 50 }, (_, n) => `many-${at + n}`);
      await first.evaluate((list) => globalThis.tab.queue(list), ids);
    }
    await first.evaluate(() => globalThis.tab.uploader.dispose());
    const page = await open();
    const session = await chromium.context.newCDPSession(page);
    const heap = async () => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    };
    const opened = await page.evaluate(async () => {
      const begun = performance.now();
      const { length } = await globalThis.tab.uploader.pending();
      return { length, ms: performance.now() - begun, sinceLoad: performance.now() };
    });
    const used = await heap();
    assert.equal(opened.length, 1000);
    upload.setOffline(false);
    await page.evaluate(() => globalThis.tab.lie(true));
    const left = await page.evaluate(() => globalThis.tab.uploader.flush({ timeoutMs: 300000 }));
    assert.deepEqual(left, []);
    assert.equal(upload.filed.size, 1000);
    t.diagnostic(
      `pending() of 1,000: ${opened.ms.toFixed(0)} ms, ${opened.sinceLoad.toFixed(0)} ms after the page began; ` +
        `JavaScript heap then ${(used / 1e6).toFixed(1)} MB`,
    );
  });
});
