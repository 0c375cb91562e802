/** What else goes wrong while clients upload: each fault comes, stays for a while, and goes. */

import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { promisify } from 'node:util';
import { DeleteBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { startProxy } from '../servers/proxy.js';
import { pause } from '../servers/service.js';
import { createClients } from './clients.js';
import { startStack } from './stack.js';
import { atRest, verify } from './verify.js';

const UPLOADS = 24;
const CLIENTS = 4;
/** How long a fault stays: longer than a lease, and than what a client waits between two tries. */
const STAYS_MS = 3000;
/** In bytes: no picture of the test is as small. */
const SMALL_FILE = 8192;

/** @typedef {import('./stack.js').Stack} Stack */
/** @typedef {{ s3: import('../servers/s3.js').S3Server, postgres: Awaited<ReturnType<typeof import('../servers/postgres.js').startPostgres>> }} Servers */
/** @typedef {{ stack: Stack, come: () => Promise<void>, go: () => Promise<void>, end?: () => Promise<unknown> }} Fault */

/** By name. @type {Record<string, { kind: 'files' | 'shared', set: (servers: Servers) => Promise<Fault> }>} */
export const FAULTS = {
  'the disk is full': {
    kind: 'files',
    async set() {
      const stack = await startStack('files');
      // Beyond that size nothing can be written, half a picture included. The soft limit alone, so that it can be lifted again.
      const limit = (/** @type {string} */ size) =>
        promisify(execFile)('prlimit', ['--pid', String(stack.instance(0)?.child.pid), `--fsize=${size}:unlimited`]);
      return {
        stack,
        come: async () => void (await limit(String(SMALL_FILE))),
        go: async () => void (await limit('unlimited')),
      };
    },
  },
  'the disk is away': {
    kind: 'files',
    async set() {
      const stack = await startStack('files');
      const folder = stack.env.STORAGE_URL.slice('file:'.length);
      return { stack, come: () => rename(folder, `${folder}-away`), go: () => rename(`${folder}-away`, folder) };
    },
  },
  'the clock is an hour ahead, and put right after a crash': {
    kind: 'files',
    set: async () => steppedClock(await startStack('files')),
  },
  'an instance’s clock is an hour ahead, and put right after a crash': {
    kind: 'shared',
    set: async (servers) => steppedClock(await startStack('shared', servers)),
  },
  'the store answers 503': {
    kind: 'shared',
    async set(servers) {
      const proxy = await startProxy(servers.s3.endpoint);
      const stack = await startStack('shared', { ...servers, endpoint: proxy.endpoint });
      return {
        stack,
        come: async () => proxy.answerBy(() => ({ status: 503 })),
        go: async () => proxy.answerBy(() => undefined),
        end: () => proxy.stop(),
      };
    },
  },
  'answers of the store get lost': {
    kind: 'shared',
    async set(servers) {
      const proxy = await startProxy(servers.s3.endpoint);
      const stack = await startStack('shared', { ...servers, endpoint: proxy.endpoint });
      const come = async () => {
        for (let n = 0; n < 12; n += 1) proxy.lose();
      };
      return { stack, come, go: async () => {}, end: () => proxy.stop() };
    },
  },
  'the bucket’s policy is revoked': {
    kind: 'shared',
    async set(servers) {
      const user = await servers.s3.createUser(`chaos-${Date.now()}`);
      const credentials = { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey };
      const stack = await startStack('shared', { ...servers, env: credentials });
      const Bucket = new URL(stack.env.STORAGE_URL).hostname;
      const owner = servers.s3.client();
      const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
      const Statement = [{ Effect: 'Allow', Principal: { AWS: [user.arn] }, Action: 's3:*', Resource }];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      const go = async () => void (await owner.send(new PutBucketPolicyCommand({ Bucket, Policy })));
      await go();
      const come = async () => void (await owner.send(new DeleteBucketPolicyCommand({ Bucket })));
      return { stack, come, go, end: async () => owner.destroy() };
    },
  },
  'PostgreSQL is restarted': {
    kind: 'shared',
    async set(servers) {
      return { stack: await startStack('shared', servers), come: () => servers.postgres.restart(), go: async () => {} };
    },
  },
  'Genesys answers 503': {
    kind: 'shared',
    async set(servers) {
      const stack = await startStack('shared', servers);
      const come = async () =>
        stack.genesys.setFault((_request, response) => {
          response.writeHead(503).end();
          return true;
        });
      return { stack, come, go: async () => stack.genesys.setFault() };
    },
  },
};

/** @param {Stack} stack @returns {Fault} */
function steppedClock(stack) {
  const ahead = { CASEFRAME_TEST_CLOCK_SECONDS: '3600', CASEFRAME_TEST_CRASH: 'object:after@2' };
  return {
    stack,
    come: () => stack.start(0, ahead),
    go: () => stack.start(0),
  };
}

/**
 * @param {string} name @param {Servers} servers @param {() => number} random
 */
export async function faultRound(name, servers, random) {
  const { stack, come, go, end } = await FAULTS[name].set(servers);
  try {
    for (let index = 0; index < stack.count; index += 1) await stack.start(index);
    const clients = await createClients(stack.address, random);
    let left = UPLOADS;
    const client = async () => {
      while (left > 0) {
        left -= 1;
        await clients.deliver(name, { mayQuit: false });
      }
    };
    const all = Promise.all(Array.from({ length: CLIENTS }, client));
    all.catch(() => {}); // Told below.
    while (clients.sent.filter(({ state }) => state === 'answered').length < UPLOADS / 3) await pause(10);
    await come();
    await pause(STAYS_MS);
    await go();
    await all;
    await atRest(stack);
    await stack.drain();
    return { ...(await verify(stack, clients.sent)), tries: clients.tries() };
  } finally {
    await stack.close();
    await end?.();
  }
}
