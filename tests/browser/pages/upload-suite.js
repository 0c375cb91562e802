/** What the upload does in any browser, alone in a page: the stores' contract, and deliveries over a bad connection. */
import { systemClock } from '/dist/upload/clock.js';
import { createUploader } from '/dist/upload/index.js';
import { createDatabase } from '/dist/upload/indexeddb.js';
import { createMemoryStore } from '/dist/upload/memory.js';
import { contract } from './upload-contract.js';

/** @type {Record<string, string>} */
const results = {};
const { snapshotOf, plain, problems } = globalThis.tab;

/** @param {string} name @param {() => Promise<unknown>} check */
async function run(name, check) {
  results[name] = await check().then(
    () => 'ok',
    (error) => `${error?.stack || error}`,
  );
}

for (const [name, check] of Object.entries(contract)) {
  await run(`IndexedDB ${name}`, () => check(() => createDatabase(`contract: ${name}`, systemClock)));
  const memory = createMemoryStore(systemClock);
  await run(`memory ${name}`, () => check(() => memory));
}

/** @type {[string, object, string[]][]} */
const DELIVERIES = [
  ['IndexedDB', { database: 'one' }, []],
  ['memory', { queue: 'memory' }, []],
  ['IndexedDB, encrypted', { database: 'two', encrypt: true }, []],
];
for (const [kind, options] of DELIVERIES) {
  await run(`delivers over a bad connection: ${kind}`, async () => {
    const uploader = createUploader({
      url: '/upload',
      agentId: 'ann',
      headers: ({ renew }) => ({ authorization: renew ? 'new' : 'old' }),
      retry: { baseMs: 20, maxMs: 100 },
      stallMs: 2000,
      answerMs: 1000,
      ...options,
    });
    /** @type {any[]} */
    const warnings = [];
    uploader.on('warning', (event) => warnings.push(plain(event)));
    const snapshots = await Promise.all([0, 1, 2].map((n) => snapshotOf(`${kind.replace(/\W/g, '')}-${n}`)));
    const receipts = await Promise.all(snapshots.map((snapshot) => uploader.send(snapshot)));
    const wrong = receipts.filter(({ id, sha256 }, n) => id !== snapshots[n].id || sha256 !== snapshots[n].sha256);
    if (wrong.length > 0) throw new Error(JSON.stringify(receipts));
    const left = await uploader.flush();
    uploader.dispose();
    if (left.length > 0 || warnings.length > 0) throw new Error(JSON.stringify({ left, warnings }));
  });
}

await fetch('/done', { method: 'POST', body: JSON.stringify({ results, problems }) });
