/** What is measured: the guide's code and the service, on two pairs of stores, each in processes of its own. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBalancer } from '../../../examples/middleware/operations/scaled/balancer.js';
import { startProcess } from '../../browser/process.js';
import { createBucket } from '../../middleware/servers/s3.js';

const MAIN = fileURLToPath(new URL('../../../examples/middleware/main.js', import.meta.url));
const GUIDE = fileURLToPath(new URL('guide.js', import.meta.url));
export const KEY = 'key-of-agent-7';

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string} group What is compared with each other.
 * @property {string} address
 * @property {number[]} pids
 * @property {() => Promise<void>} stop
 */

/**
 * @param {{ s3: import('../../middleware/servers/s3.js').S3Server,
 *   postgres: Awaited<ReturnType<typeof import('../../middleware/servers/postgres.js').startPostgres>> }} servers
 * @returns {Promise<Contestant[]>}
 */
export async function startContestants({ s3, postgres }) {
  const folder = await mkdtemp(join(tmpdir(), 'cf-bench-'));
  const credentials = { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey };
  const ours = { STATIC_KEYS: `${KEY}=agent-7:agent`, UPLOADS_PER_MINUTE: '1000000', RECONCILE_HOURS: '0', PORT: '0' };
  const shared = async () => ({
    ...ours,
    ...credentials,
    STORAGE_URL: `s3://${await createBucket(s3)}/x?region=us-east-1&endpoint=${encodeURIComponent(s3.endpoint)}`,
    DATABASE_URL: await postgres.createDatabase(),
  });
  const files = {
    ...ours,
    STORAGE_URL: `file:${join(folder, 'ours')}`,
    DATABASE_URL: `sqlite:${join(folder, 'records.sqlite')}`,
  };
  const plain = await createBucket(s3, { objectLock: false, versioning: false });
  const two = await shared();
  const [onFiles, onS3] = ['files', 'S3'];
  const single = async (
    /** @type {string} */ name,
    /** @type {string} */ group,
    /** @type {string} */ script,
    /** @type {Record<string, string>} */ env,
  ) => {
    const one = await start(script, env);
    return { name, group, ...one };
  };
  const contestants = [
    await single('the guide’s code, files', onFiles, GUIDE, { FOLDER: join(folder, 'guide') }),
    await single('the middleware, files and SQLite', onFiles, MAIN, files),
    await single('the guide’s code, S3', onS3, GUIDE, { BUCKET: plain, ENDPOINT: s3.endpoint, ...credentials }),
    await single('the middleware, S3 and PostgreSQL', onS3, MAIN, await shared()),
    await double('the same, two instances', onS3, two),
  ];
  const [last] = contestants.slice(-1);
  const { stop } = last;
  last.stop = async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  return contestants;

  /** @param {string} name @param {string} group @param {Record<string, string>} env @returns {Promise<Contestant>} */
  async function double(name, group, env) {
    const instances = [await start(MAIN, env), await start(MAIN, env)];
    const balancer = await startBalancer();
    for (const { address } of instances) await balancer.add(address);
    return {
      name,
      group,
      address: balancer.address,
      pids: instances.flatMap(({ pids }) => pids),
      async stop() {
        await balancer.close();
        for (const instance of instances) await instance.stop();
      },
    };
  }
}

/** @param {string} script @param {Record<string, string>} env */
async function start(script, env) {
  const { child, stop } = startProcess(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...env },
  });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  while (!text.includes('\n') && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  const [address] = /http:\/\/[^/\s]+/.exec(text) ?? [];
  if (address === undefined) throw new Error(`${script} does not listen: ${text}`);
  return { address, pids: [Number(child.pid)], stop };
}
