/** Several instances of the service behind one address, each a process; restarted one after the other. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
/** As long as the balancer may take to see that an instance is not ready any more, several times over. */
const NOTICE_SECONDS = 2;

/**
 * @param {object} options
 * @param {Awaited<ReturnType<typeof import('./balancer.js').startBalancer>>} options.balancer
 * @param {number} options.count
 * @param {NodeJS.ProcessEnv} options.env Of each.
 */
export function createInstances({ balancer, count, env }) {
  /** @type {{ child: import('node:child_process').ChildProcess, address: string }[]} */
  const instances = [];
  /** All that live, those included that start or end just now. @type {Set<import('node:child_process').ChildProcess>} */
  const children = new Set();
  let isEnding = false;
  const abandon = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', abandon);

  async function startOne() {
    if (isEnding) throw new Error('All of them are ending');
    const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0'], {
      env: { DRAIN_NOTICE_SECONDS: String(NOTICE_SECONDS), ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
      // Out of the terminal's reach: with Ctrl-C it would be told twice to end, and the second time it does not wait.
      detached: true,
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    const address = await addressOf(child);
    child.once('exit', (code, signal) => {
      balancer.remove(address);
      if (!isEnding && code !== 0) console.error(`caseframe: the instance at ${address} has ended: ${signal ?? code}`);
    });
    await balancer.add(address);
    if (!children.has(child)) throw new Error('An instance ended before it was ready');
    return { child, address };
  }

  return {
    addresses: () => instances.map(({ address }) => address),
    /** To end one by hand. @param {number} index */
    child: (index) => instances[index].child,

    async start() {
      instances.push(...(await Promise.all(Array.from({ length: count }, startOne))));
    },

    /**
     * A new one first, then the old one drains and ends: there are never fewer than before. Environments may change. Throws
     * where a new one does not start; those that ran go on.
     * @param {NodeJS.ProcessEnv} [changes]
     */
    async roll(changes = {}) {
      Object.assign(env, changes);
      for (const [index, { child }] of [...instances].entries()) {
        instances[index] = await startOne();
        await end(child);
      }
    },

    async close() {
      isEnding = true;
      for (const { address } of instances) balancer.remove(address);
      await Promise.all([...children].map(end));
      process.off('exit', abandon);
    },
  };
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** It says where it listens. @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const [address] = /http:\/\/[^/\s]+/.exec(text) ?? [];
      if (address !== undefined && text.includes('\n')) resolve(address);
    });
    child.once('exit', (code, signal) => reject(new Error(`An instance ended as it started: ${signal ?? code}`)));
  });
}
