#!/usr/bin/env node
/** The command line. */

import { parseArgs } from 'node:util';
import { help } from './help.js';
import { SettingsError } from './settings.js';

/** Each is loaded only where it is asked for. @type {Record<string, () => Promise<{ run: (options: CommandOptions) => Promise<number> }>>} */
const COMMANDS = {
  serve: () => import('./operations/serve.js'),
  migrate: () => import('./records/migrate-command.js'),
  'verify-audit': () => import('./records/verify-audit-command.js'),
};

/**
 * @typedef {object} CommandOptions
 * @property {NodeJS.ProcessEnv} environment
 * @property {{ port?: string, host?: string, data?: string, 'public-url'?: string }} flags
 */

try {
  process.exitCode = await main();
} catch (error) {
  const mistakes = error instanceof SettingsError ? error.mistakes : [error instanceof Error ? error.message : error];
  for (const mistake of mistakes) console.error(`caseframe: ${mistake}`);
  process.exitCode = 1;
}

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      'public-url': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  const { help: wantsHelp, ...flags } = values;
  if (wantsHelp) {
    console.log(help());
    return 0;
  }
  const [name = 'serve', ...rest] = positionals;
  if (!Object.hasOwn(COMMANDS, name) || rest.length > 0) {
    throw new Error(
      `“${positionals.join(' ')}” is no command: give one of ${Object.keys(COMMANDS).join(', ')}, or --help`,
    );
  }
  const { run } = await COMMANDS[name]();
  return run({ environment: process.env, flags });
}
