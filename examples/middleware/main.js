#!/usr/bin/env node
/** The command line: one address for the agent widget and the service behind it. */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installedFolders } from './page.js';
import { createMiddleware } from './server.js';

const DEFAULT_PORT = 8080;
/** How many ports from the default one on are tried when nobody asked for one. */
const PORTS_TO_TRY = 20;
const SHUTDOWN_MS = 10_000;

const USAGE = `Usage: node main.js [--port <n>] [--host <address>] [--data <folder>] [--public-url <url>]
  --port        default: PORT, else ${DEFAULT_PORT} or the next free one
  --host        default: 127.0.0.1, so that only this machine reaches it
  --data        where snapshots go; default: the project's data folder
  --public-url  what links to snapshots start with, when a proxy stands in front
ALLOWED_ORIGINS, in the environment: origins whose pages may upload, separated by commas`;

try {
  await main();
} catch (error) {
  console.error(`caseframe: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string', default: fileURLToPath(new URL('../../data', import.meta.url)) },
      'public-url': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const ports = portsToTry(values.port ?? process.env.PORT);
  const dataFolder = resolve(values.data);
  const app = await createMiddleware({
    ...installedFolders(),
    dataFolder,
    allowedOrigins: parseOrigins(process.env.ALLOWED_ORIGINS),
    publicUrl: values['public-url']?.replace(/\/$/, ''),
    logger: { level: 'error', stream: process.stderr },
  });
  closeOnSignal(app);
  const address = await listen(app, values.host, ports);
  console.log(`caseframe: open ${address}/ – snapshots go to ${dataFolder}`);
}

/** A port somebody asked for is taken or refused, never changed. @param {string} [asked] */
function portsToTry(asked) {
  if (asked === undefined) return Array.from({ length: PORTS_TO_TRY }, (_, n) => DEFAULT_PORT + n);
  if (!/^\d{1,5}$/.test(asked) || Number(asked) > 65535) {
    throw new Error(`“${asked}” is not a port: give a number from 0 to 65535`);
  }
  return [Number(asked)];
}

/** A browser compares an Origin header letter by letter. @param {string} [names] */
function parseOrigins(names = '') {
  const origins = names.split(',').map((name) => name.trim());
  return origins.filter(Boolean).map((origin) => {
    if (URL.canParse(origin) && new URL(origin).origin === origin) return origin;
    throw new Error(`“${origin}” is not an origin: give such as https://agents.example`);
  });
}

/** @param {import('fastify').FastifyInstance} app @param {string} host @param {number[]} ports */
async function listen(app, host, ports) {
  for (const port of ports) {
    try {
      return await app.listen({ host, port });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    }
  }
  const taken = ports.length === 1 ? `Port ${ports[0]} is` : `Ports ${ports[0]} to ${ports[ports.length - 1]} are`;
  throw new Error(`${taken} in use on ${host}: choose another with --port`);
}

/**
 * Uploads that are under way are finished; a second signal does not wait.
 * @param {import('fastify').FastifyInstance} app
 */
function closeOnSignal(app) {
  let closing = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, async () => {
      if (closing) process.exit(1);
      closing = true;
      setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
      await app.close();
      process.exit(0);
    });
  }
}
