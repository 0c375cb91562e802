/** A PostgreSQL server of a test file's own, in a temp folder, on a loopback port: gone with the file. */
import { access, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startProcess } from '../../browser/process.js';
import { freePort } from './free-port.js';

/** Where Debian puts each version's programs. */
const DEBIAN = '/usr/lib/postgresql';

/** Only a server that hangs takes longer. */
const START_MS = 120_000;
/** A port that was free may be taken by another before the server has it. */
const TRIES = 5;

/**
 * PostgreSQL refuses to run as root. In a namespace of its own, root's files stay its own, in folders that nobody else may
 * enter, and its number is another.
 */
const AS_NOBODY = process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=nobody', '--map-group=nogroup'] : [];

/** What a test waits for and a crash of the machine would need. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '200', unix_socket_directories: '' };
/** For what is measured. */
const DURABLE = { fsync: 'on', full_page_writes: 'on' };

/**
 * @param {{ isDurable?: boolean }} [options] Default: as fast as can be.
 * @returns {Promise<{ url: string, createDatabase: () => Promise<string>, restart: () => Promise<void>,
 *   stop: () => Promise<void> }>} `createDatabase`
 *   makes an empty one and says its URL.
 */
export async function startPostgres({ isDurable = false } = {}) {
  const bin = await findPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'cf-pg-'));
  const data = join(folder, 'data');
  /** @param {string} name @param {string[]} args @returns {[string, string[]]} */
  const command = (name, args) => {
    const [first, ...rest] = [...AS_NOBODY, join(bin, name), ...args];
    return [first, rest];
  };
  const initdb = ['-D', data, '-U', 'caseframe', '--auth=trust', '--no-sync', '--locale=C.UTF-8', '--encoding=UTF8'];
  // With the folder, so that nothing is left where it is interrupted here.
  const setup = startProcess(...command('initdb', initdb), { folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = setup.child.stderr ? text(setup.child.stderr) : Promise.resolve('');
  await setup.gone;
  if (setup.child.exitCode !== 0) {
    await setup.stop();
    throw new Error(`initdb failed:\n${await said}`);
  }

  for (let tries = 1; ; ++tries) {
    const port = await freePort();
    const settings = Object.entries({ ...SETTINGS, ...(isDurable ? DURABLE : {}) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), ...settings];
    const start = () =>
      startProcess(...command('postgres', args), { folder, gently: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let server = start();
    let log = '';
    server.child.stderr?.on('data', (chunk) => {
      log = (log + chunk).slice(-4000);
    });
    const url = (/** @type {string} */ database) => `postgres://caseframe@127.0.0.1:${port}/${database}`;
    let hasEnded = false;
    server.gone.then(() => {
      hasEnded = true;
    });
    for (const deadline = Date.now() + START_MS; !hasEnded; await sleep(100)) {
      if (await ask(url('postgres'), 'select 1')) {
        let databases = 0;
        return {
          url: url('postgres'),
          async createDatabase() {
            const name = `test_${++databases}`;
            await askOrThrow(url('postgres'), `create database ${name}`);
            return url(name);
          },
          /** As after a crash: nobody is waited for. */
          async restart() {
            server.child.kill('SIGQUIT');
            await server.gone;
            server = start();
            while (!(await ask(url('postgres'), 'select 1'))) await sleep(100);
          },
          stop: () => server.stop(),
        };
      }
      if (Date.now() > deadline) {
        await server.stop();
        throw new Error(`PostgreSQL did not start:\n${log}`);
      }
    }
    if (tries === TRIES || !/address already in use/i.test(log)) {
      await server.stop();
      throw new Error(`PostgreSQL ended as it started:\n${log}`);
    }
  }
}

/** The newest version's folder. */
export async function findPrograms() {
  const versions = (await readdir(DEBIAN).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  for (const folder of folders) {
    const isThere = await access(join(folder, 'initdb')).then(
      () => true,
      () => false,
    );
    if (isThere) return folder;
  }
  throw new Error('There is no PostgreSQL: toolchain/setup.sh test installs it');
}

/** @param {string} url @param {string} sql @returns {Promise<boolean>} Whether it answered. */
async function ask(url, sql) {
  return askOrThrow(url, sql).then(
    () => true,
    () => false,
  );
}

/** @param {string} url @param {string} sql */
async function askOrThrow(url, sql) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: START_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.query(sql);
  } finally {
    await client.end().catch(() => {});
  }
}
