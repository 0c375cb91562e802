/**
 * A real S3 server on loopback: one Ceph monitor, one OSD in memory, the RADOS gateway. Debian's packages ceph-mon,
 * ceph-osd and radosgw. Several may run beside each other.
 */

import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  CreateBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startProcess } from '../../browser/process.js';

/** For a busy machine; a quiet one needs some ten seconds. */
const START_MS = 180_000;
/** Another process may take a free port before the server does. */
const STARTS = 3;

/** The name of the one key that the server's key store has, for SSE-KMS. */
export const KMS_KEY_ID = 'caseframe-test-key';

/** @typedef {Awaited<ReturnType<typeof startS3>>} S3Server */

/**
 * @param {object} [options]
 * @param {number} [options.daySeconds] How long a day of a lifecycle rule takes, and how often the server looks for what
 *   is past its time, which keeps it busy. Default: it looks at night.
 * @param {number} [options.gib] How much it holds, in memory: when that is full it answers nobody any more. Default 2.
 */
export async function startS3(options = {}) {
  for (let starts = 1; ; starts += 1) {
    try {
      return await tryToStart(options);
    } catch (error) {
      if (starts === STARTS) throw error;
    }
  }
}

/** @param {{ daySeconds?: number, gib?: number }} options */
async function tryToStart({ daySeconds, gib = 2 }) {
  const folder = await mkdtemp(join(tmpdir(), 's3-'));
  for (const name of ['mon', 'osd', 'run', 'log']) await mkdir(join(folder, name));
  const conf = join(folder, 'ceph.conf');
  const fsid = randomUUID();
  const [v2, v1, port] = await freePorts(3);
  const addresses = `[v2:127.0.0.1:${v2},v1:127.0.0.1:${v1}]`;
  await writeFile(conf, configuration({ folder, fsid, addresses, port, daySeconds, gib }));
  const deadline = AbortSignal.timeout(START_MS);
  /** @type {ReturnType<typeof startProcess>[]} Last started first: a gateway never sees its cluster go. */
  const processes = [];
  const ended = new AbortController();

  /** @param {string} command @param {string[]} args */
  async function run(command, ...args) {
    const signal = AbortSignal.any([deadline, ended.signal]);
    return (await promisify(execFile)(command, [...args, '-c', conf], { signal, maxBuffer: 1 << 24 })).stdout;
  }

  /** @param {string} command @param {string[]} args */
  async function serve(command, ...args) {
    const log = await open(join(folder, 'log', `${command}.txt`), 'a');
    const server = startProcess(command, ['-f', ...args, '-c', conf], {
      stdio: ['ignore', log.fd, log.fd],
      // The last one to be ended takes the folder with it.
      folder: command === 'ceph-mon' ? folder : undefined,
    });
    processes.unshift(server);
    await log.close();
    server.gone.then(() => ended.abort(new Error(`${command} has ended`)));
  }

  const accessKeyId = randomBytes(10).toString('hex').toUpperCase();
  const secretAccessKey = randomBytes(20).toString('hex');
  const endpoint = `http://127.0.0.1:${port}`;

  async function stop() {
    for (const { stop } of processes) await stop();
  }

  try {
    const map = join(folder, 'monmap');
    await run('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', addresses, map);
    await run('ceph-mon', '-i', 'a', '--mkfs', '--monmap', map);
    await serve('ceph-mon', '-i', 'a');
    const osd = randomUUID();
    await run('ceph', 'osd', 'new', osd);
    await run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
    await serve('ceph-osd', '-i', '0');
    await serve('radosgw', '-n', 'client.rgw');
    while (!(await answers(endpoint))) {
      AbortSignal.any([deadline, ended.signal]).throwIfAborted();
      await sleep(100);
    }
    const keys = [`--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`];
    await run('radosgw-admin', 'user', 'create', '--uid=owner', '--display-name=owner', ...keys);
  } catch (error) {
    const log = await readFile(join(folder, 'log', 'radosgw.txt'), 'utf8').catch(() => '');
    await stop();
    throw new Error(`The S3 server did not start: ${log.slice(-2000)}`, { cause: error });
  }

  return {
    endpoint,
    region: 'us-east-1',
    /** Of the user who owns the buckets. */
    accessKeyId,
    secretAccessKey,
    stop,

    /** `radosgw-admin` with these arguments. @param {string[]} args @returns {Promise<any>} Its JSON. */
    async admin(...args) {
      const { stdout } = await promisify(execFile)('radosgw-admin', [...args, '-c', conf]);
      return stdout.trim() === '' ? undefined : JSON.parse(stdout);
    },

    /** @param {{ accessKeyId: string, secretAccessKey: string }} [credentials] Default: the owner's. */
    client(credentials = { accessKeyId, secretAccessKey }) {
      return new S3Client({
        endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      });
    },

    /** Another user, who owns nothing. @param {string} name */
    async createUser(name) {
      const user = await this.admin('user', 'create', `--uid=${name}`, `--display-name=${name}`);
      const { access_key: id, secret_key: secret } = user.keys[0];
      return { accessKeyId: id, secretAccessKey: secret, arn: `arn:aws:iam:::user/${name}` };
    },
  };
}

/**
 * @param {Pick<S3Server, 'client'>} server
 * @param {object} [options]
 * @param {string} [options.name] Default: a new one.
 * @param {boolean} [options.objectLock] Default: true, which implies versions.
 * @param {boolean} [options.versioning] Default: true.
 * @param {import('@aws-sdk/client-s3').LifecycleRule[]} [options.lifecycle]
 * @returns {Promise<string>} Its name.
 */
export async function createBucket(server, options = {}) {
  const { name: Bucket = `bucket-${randomUUID()}`, objectLock = true, versioning = true, lifecycle } = options;
  const client = server.client();
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: objectLock }));
  if (versioning && !objectLock) {
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  }
  if (lifecycle !== undefined) {
    const LifecycleConfiguration = { Rules: lifecycle };
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
  }
  client.destroy();
  return Bucket;
}

/** Whether it speaks HTTP yet. @param {string} url */
async function answers(url) {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(5000) })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Free ones of loopback, all different. @param {number} count @returns {Promise<number[]>} */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports = [];
  for (const server of servers) {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    ports.push(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * One copy of everything, no authentication inside the cluster, no second cluster's ports.
 * @param {{ folder: string, fsid: string, addresses: string, port: number, daySeconds?: number, gib: number }} options
 */
function configuration({ folder, fsid, addresses, port, daySeconds, gib }) {
  return `[global]
fsid = ${fsid}
mon initial members = a
mon host = ${addresses}
public network = 127.0.0.0/8
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon service mode = crc
ms mon cluster mode = crc
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
mon warn on pool no redundancy = false
osd crush chooseleaf type = 0
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
run dir = ${folder}/run
log file = ${folder}/log/$cluster-$name.log
admin socket = ${folder}/run/$cluster-$name.asok
pid file = ${folder}/run/$name.pid
[mon]
mon data = ${folder}/mon
mon data avail crit = 1
[osd]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = ${gib * 2 ** 30}
osd class load list = *
osd class default list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw dns name = localhost
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = ${KMS_KEY_ID}=${randomBytes(32).toString('base64')}
${daySeconds === undefined ? '' : `rgw lc debug interval = ${daySeconds}\n`}`;
}
