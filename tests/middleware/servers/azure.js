/** Microsoft's own emulator of Azure's blobs, on loopback. It has no legal holds, no immutability and no versions. */

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { startProcess } from '../../browser/process.js';

/** For a busy machine. */
const START_MS = 120_000;

export async function startAzure() {
  const folder = await mkdtemp(join(tmpdir(), 'azure-'));
  const account = 'caseframetest';
  const key = randomBytes(32).toString('base64');
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  const args = [
    '--blobHost',
    '127.0.0.1',
    '--blobPort',
    '0',
    '--location',
    folder,
    '--skipApiVersionCheck',
    '--disableTelemetry',
  ];
  const server = startProcess(process.execPath, [main, ...args], {
    folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` },
  });
  const signal = AbortSignal.timeout(START_MS);
  let printed = '';
  /** @type {string | undefined} */
  let origin;
  while (origin === undefined) {
    const [data] = await Promise.race([
      once(/** @type {import('node:stream').Readable} */ (server.child.stdout), 'data', { signal }),
      server.gone.then(() => Promise.reject(new Error(`azurite has ended: ${printed}`))),
    ]);
    printed += data;
    origin = /listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1];
  }
  server.child.stdout?.resume();
  return {
    origin,
    account,
    key,
    stop: server.stop,
    /** @returns {Promise<string>} The name of a new container. */
    async createContainer() {
      const name = `c-${randomUUID()}`;
      const service = new BlobServiceClient(`${origin}/${account}`, new StorageSharedKeyCredential(account, key));
      await service.createContainer(name);
      return name;
    },
  };
}
