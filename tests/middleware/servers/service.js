/** The service for a test: on files and rows of its own, in this process or in one of its own. */

import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRecords } from '../../../examples/middleware/records/open.js';
import { createService } from '../../../examples/middleware/service.js';
import { readSettings } from '../../../examples/middleware/settings.js';
import { openStorage } from '../../../examples/middleware/storage/open.js';
import { startProcess } from '../../browser/process.js';

export const PATH = '/api/v1/video-snapshot';
const MAIN = fileURLToPath(new URL('../../../examples/middleware/main.js', import.meta.url));

/** One of each role, and a second agent. */
export const KEYS = {
  agent: 'key-of-agent-7',
  other: 'key-of-agent-8',
  supervisor: 'key-of-supervisor-1',
  admin: 'key-of-admin-1',
};
export const STATIC_KEYS = [
  `${KEYS.agent}=agent-7:agent`,
  `${KEYS.other}=agent-8:agent`,
  `${KEYS.supervisor}=supervisor-1:supervisor`,
  `${KEYS.admin}=admin-1:admin`,
].join(',');

export const FIELDS = { interactionId: 'call-1', agentId: 'agent-7', timestamp: '2026-11-02T10:20:30.456Z' };

/** @typedef {import('../../../examples/middleware/storage/storage.js').Storage} Storage */
/** @typedef {import('../../../examples/middleware/records/records.js').Records} Records */

/**
 * @param {object} [options]
 * @param {Record<string, string>} [options.env] Beside static keys.
 * @param {string} [options.folder] Kept, for a second service on it. Default: a new one, removed on close.
 * @param {(parts: { storage: Storage, records: Records }) => Partial<{ storage: Storage, records: Records }>} [options.wrap]
 *   Faults between the service and what is behind it.
 * @param {() => Date} [options.now]
 * @param {import('../../../examples/middleware/page.js').PageFolders} [options.page]
 * @param {Parameters<typeof createService>[1]['annotation']} [options.annotation]
 * @param {number} [options.waitMs] For a place.
 */
export async function startService({
  env = { STATIC_KEYS },
  folder,
  wrap = () => ({}),
  now,
  page,
  annotation,
  waitMs,
} = {}) {
  const data = folder ?? (await mkdtemp(join(tmpdir(), 'caseframe-middleware-')));
  /** @type {string[]} */
  const log = [];
  const settings = readSettings({ LOG_LEVEL: 'debug', ...env }, { data });
  const parts = { storage: await openStorage(settings.storageUrl), records: await openRecords(settings.databaseUrl) };
  await parts.records.migrate();
  const app = await createService(settings, {
    ...parts,
    ...wrap(parts),
    page,
    now,
    annotation,
    waitMs,
    logStream: { write: (line) => void log.push(line) },
  });
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    app,
    base,
    url: base + PATH,
    data,
    log,
    ...parts,
    async close() {
      await app.close();
      if (folder === undefined) await rm(data, { recursive: true, force: true });
    },
  };
}

/**
 * `main.js` in a process of its own, which ends with the test file at the latest.
 * @param {object} options
 * @param {string[]} [options.args] @param {Record<string, string>} [options.env]
 */
export function startMain({ args = [], env = {} }) {
  const output = { out: '', err: '' };
  const started = startProcess(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutSettings(process.env), ...env },
    gently: false,
  });
  const { child } = started;
  child.stdout?.on('data', (chunk) => (output.out += chunk));
  child.stderr?.on('data', (chunk) => (output.err += chunk));
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve([code, signal])));

  return {
    child,
    output,
    /** @type {Promise<[number | null, string | null]>} */
    ended: /** @type {any} */ (ended),
    stop: started.stop,
    /** @returns {Promise<string>} where it listens, without a final slash */
    async address() {
      while (!output.out.includes('\n') && child.exitCode === null && child.signalCode === null) await pause(20);
      const found = /http:\/\/[^/\s]+/.exec(output.out)?.[0];
      if (found === undefined) throw new Error(`It does not listen: ${output.out}${output.err}`);
      return found;
    },
  };
}

/** What the surroundings say is none of the test's business. @param {NodeJS.ProcessEnv} environment */
function withoutSettings(environment) {
  const own =
    /^(PORT|HOST|PUBLIC_URL|ALLOWED_ORIGINS|FRAME_ANCESTORS|STORAGE_URL|DATABASE_URL|RETENTION_DAYS|STATIC_KEYS|GENESYS_.*|ANNOTATE.*|PROTECT_RECORDINGS)$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !own.test(name)));
}

/**
 * @typedef {object} Upload
 * @property {Record<string, string | undefined>} [fields] Beside the three that are always there; undefined leaves out.
 * @property {Buffer} file
 * @property {string} [type]
 */

/** @param {Upload} upload */
export function formOf({ fields = {}, file, type = 'image/jpeg' }) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...FIELDS, ...fields, ...own(fields, '__proto__') })) {
    if (value !== undefined) form.append(name, value);
  }
  form.append('file', new Blob([new Uint8Array(file)], { type }), 'snapshot.jpg');
  return form;
}

/** Spreading drops a key called __proto__. @param {Record<string, string | undefined>} fields @param {string} name */
function own(fields, name) {
  return Object.hasOwn(fields, name) ? Object.fromEntries([[name, fields[name]]]) : {};
}

/**
 * Uploads whose clients go away before anybody has read them.
 * @param {{ app: import('fastify').FastifyInstance, base: string }} service It gets no other request meanwhile.
 * @param {number} count @param {string} key @param {Upload} upload @param {'half' | 'whole'} sent Of each form.
 * @returns {Promise<() => Promise<void>>} once all have come; what it gives ends when the service knows that they have gone.
 */
export async function uploadsToLeave({ app, base }, count, key, upload, sent) {
  const form = new Response(formOf(upload));
  const body = Buffer.from(await form.arrayBuffer());
  const head = [
    `POST ${PATH}/upload HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${key}`,
    `content-type: ${form.headers.get('content-type')}`,
    `content-length: ${body.length}`,
  ];
  /** @type {Promise<unknown>[]} */
  const closed = [];
  const come = (/** @type {import('node:http').IncomingMessage} */ message) => {
    message.on('error', () => {});
    closed.push(new Promise((resolve) => message.once('close', resolve)));
  };
  app.server.on('request', come);
  const sockets = Array.from({ length: count }, () => connect(Number(new URL(base).port), '127.0.0.1'));
  for (const socket of sockets) {
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(sent === 'whole' ? body : body.subarray(0, body.length / 2));
  }
  while (closed.length < count) await pause(5);
  app.server.off('request', come);
  return async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };
}

/** @param {string} [key] */
export function bearer(key) {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/** A body for what an admin decides. @param {string} method @param {string} key @param {unknown} [reason] */
export function decision(method, key, reason = 'Case 2026-117') {
  return { method, headers: { ...bearer(key), 'content-type': 'application/json' }, body: JSON.stringify({ reason }) };
}

/** @param {Response} response @returns {Promise<{ status: number, body: any, headers: Headers }>} */
export async function read(response) {
  return { status: response.status, body: await response.json(), headers: response.headers };
}

/** What is stored. @param {string} folder @returns {Promise<string[]>} */
export async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** @param {Uint8Array} bytes */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

export const newId = randomUUID;

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
