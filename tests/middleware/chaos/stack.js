/** What chaos is made in: `main.js` in processes of their own, on one of two pairs of stores. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBalancer } from '../../../examples/middleware/operations/scaled/balancer.js';
import { startGenesys } from '../servers/genesys.js';
import { createBucket } from '../servers/s3.js';
import { STATIC_KEYS, startMain } from '../servers/service.js';

/** Short, so that what was broken off is taken over soon. */
const LEASE_SECONDS = 2;
/** Each client's call is one of these. */
export const INTERACTIONS = Array.from({ length: 7 }, (_, n) => `call-${n}`);
/** All calls belong to it: its comments can be listed, so that a repeat finds itself. */
const CASE = 'case-1';

/**
 * @typedef {object} Stack
 * @property {'files' | 'shared'} kind
 * @property {string} address Of all instances.
 * @property {Record<string, string>} env Of each instance, and of commands.
 * @property {number} count Of instances.
 * @property {Awaited<ReturnType<typeof startGenesys>>} genesys
 * @property {() => Map<string, number>} notes How many there are of each snapshot.
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
  const balancer = await startBalancer();
  const genesys = await startGenesys();
  const env = {
    NODE_ENV: 'test',
    PORT: '0',
    STATIC_KEYS,
    UPLOAD_LEASE_SECONDS: String(LEASE_SECONDS),
    UPLOADS_PER_MINUTE: '100000',
    // A crash may come in the middle of any of them: the test reconciles by itself.
    RECONCILE_HOURS: '0',
    ...annotating(genesys, balancer.address),
    ...(kind === 'files' ? filesIn(folder) : await shared()),
    ...more,
  };
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
    genesys,
    notes: () => notesIn(genesys),
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
      await genesys.close();
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

/** Ended calls of one case. @param {Stack['genesys']} genesys @param {string} address */
function annotating(genesys, address) {
  const [organizationId, clientId, secret] = [randomUUID(), randomUUID(), randomUUID()];
  genesys.clients.set(clientId, { secret, organizationId });
  genesys.setLimit(Number.POSITIVE_INFINITY);
  // All notes are on one case, some thousand.
  genesys.setPageSize(100);
  const [startTime, endTime] = ['2026-11-02T10:00:00.000Z', '2026-11-02T10:30:00.000Z'];
  for (const id of INTERACTIONS) genesys.conversations.set(id, { organizationId, userIds: [], startTime, endTime });
  genesys.cases.set(CASE, { conversationIds: INTERACTIONS, comments: [] });
  return {
    PUBLIC_URL: address,
    GENESYS_REGION: 'mypurecloud.de',
    GENESYS_ORGANIZATIONS: organizationId,
    GENESYS_OAUTH_CLIENTS: clientId,
    GENESYS_CLIENT_ID: clientId,
    GENESYS_CLIENT_SECRET: secret,
    GENESYS_REQUESTS_PER_MINUTE: '100000',
    CASEFRAME_TEST_GENESYS_URL: genesys.url,
    ANNOTATE: 'case',
    ANNOTATE_LEASE_SECONDS: String(LEASE_SECONDS),
  };
}

/** By the link's end. @param {Stack['genesys']} genesys */
function notesIn(genesys) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const { content } of genesys.cases.get(CASE)?.comments ?? []) {
    const [, id = content] = /video-snapshot\/([A-Za-z0-9_-]+)/.exec(content) ?? [];
    found.set(id, (found.get(id) ?? 0) + 1);
  }
  return found;
}

/** @param {string} folder */
function filesIn(folder) {
  return {
    STORAGE_URL: `file:${join(folder, 'objects')}`,
    DATABASE_URL: `sqlite:${join(folder, 'records.sqlite')}`,
  };
}
