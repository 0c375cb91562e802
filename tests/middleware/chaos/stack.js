/** What chaos is made in: `main.js` in processes of their own, on one of two pairs of stores. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBalancer } from '../../../examples/middleware/operations/scaled/balancer.js';
import { createBucket } from '../servers/s3.js';
import { STATIC_KEYS, startMain } from '../servers/service.js';

/** Short, so that what was broken off is taken over soon. */
const LEASE_SECONDS = 2;

/**
 * @typedef {object} Stack
 * @property {'files' | 'shared'} kind
 * @property {string} address Of all instances.
 * @property {Record<string, string>} env Of each instance, and of commands.
 * @property {number} count Of instances.
 * @property {(index: number, env?: Record<string, string>) => Promise<void>} start Ends the one that is there by SIGKILL.
 * @property {(index: number) => ReturnType<typeof startMain> | undefined} instance
 * @property {(index: number) => Promise<void>} kill
 * @property {() => Promise<void>} drain All instances end as they should.
 * @property {() => Promise<void>} close
 */

/**
 * @param {'files' | 'shared'} kind
 * @param {{ s3?: import('../servers/s3.js').S3Server, postgres?: Awaited<ReturnType<typeof import('../servers/postgres.js').startPostgres>>,
 *   endpoint?: string, env?: Record<string, string> }} [servers] `endpoint`: another way to the S3 server.
 * @returns {Promise<Stack>}
 */
export async function startStack(kind, { s3, postgres, endpoint, env: more = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'cf-chaos-'));
  const env = {
    NODE_ENV: 'test',
    PORT: '0',
    STATIC_KEYS,
    UPLOAD_LEASE_SECONDS: String(LEASE_SECONDS),
    UPLOADS_PER_MINUTE: '100000',
    // A crash may come in the middle of any of them: the test reconciles by itself.
    RECONCILE_HOURS: '0',
    ...(kind === 'files' ? filesIn(folder) : await shared()),
    ...more,
  };
  const balancer = await startBalancer();
  /** @type {{ main: ReturnType<typeof startMain>, address?: string }[]} */
  const instances = [];

  /** @param {number} index */
  async function kill(index) {
    const { main, address } = instances[index] ?? {};
    if (address !== undefined) balancer.remove(address);
    main?.child.kill('SIGKILL');
    await main?.ended;
    await main?.stop();
    delete instances[index];
  }

  return {
    kind,
    address: balancer.address,
    env,
    count: kind === 'files' ? 1 : 2,
    kill,
    instance: (index) => instances[index]?.main,
    async start(index, other = {}) {
      await kill(index);
      const main = startMain({ env: { ...env, ...other } });
      instances[index] = { main };
      // Its sweep may come to the step at which it is to end before it listens.
      const address = await main.address().catch((error) => {
        if (main.child.signalCode !== 'SIGKILL') throw error;
      });
      if (address === undefined) return;
      instances[index].address = address;
      await Promise.race([balancer.add(address), main.ended]);
      if (main.child.signalCode !== null) balancer.remove(address);
    },
    async drain() {
      for (const { main } of instances.filter(Boolean)) {
        main.child.kill('SIGTERM');
        const [code, signal] = await main.ended;
        if (code !== 0) throw new Error(`It did not end as it should: ${code} ${signal} ${main.output.err}`);
      }
    },
    async close() {
      for (const index of instances.keys()) await kill(index);
      await balancer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function shared() {
    if (s3 === undefined || postgres === undefined) throw new Error('It needs both servers');
    const to = encodeURIComponent(endpoint ?? s3.endpoint);
    return {
      STORAGE_URL: `s3://${await createBucket(s3)}/prefix?region=us-east-1&endpoint=${to}`,
      DATABASE_URL: await postgres.createDatabase(),
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    };
  }
}

/** @param {string} folder */
function filesIn(folder) {
  return {
    STORAGE_URL: `file:${join(folder, 'objects')}`,
    DATABASE_URL: `sqlite:${join(folder, 'records.sqlite')}`,
  };
}
