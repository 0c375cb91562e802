#!/usr/bin/env node
/** The command line. */

import { parseCommand } from './arguments.js';
import { help } from './help.js';
import { RecordsError } from './records/records.js';
import { readSettings, SettingsError } from './settings.js';
import { StorageError } from './storage/storage.js';

/** Each is loaded only where it is asked for. @type {Record<ReturnType<typeof parseCommand>['name'], (options: CommandOptions) => Promise<number>>} */
const RUN = {
  serve: async (options) => (await import('./operations/serve.js')).serve(options),
  migrate: async ({ environment, flags }) => {
    const { migrateCommand } = await import('./records/commands.js');
    return migrateCommand(readSettings(environment, flags).databaseUrl);
  },
  reconcile: async (options) => (await import('./operations/reconciler.js')).reconcileCommand(options),
  'verify-audit': async ({ environment, flags }) => {
    const { verifyAuditCommand } = await import('./records/commands.js');
    return verifyAuditCommand(readSettings(environment, flags).databaseUrl);
  },
  redrive: async ({ environment, flags }) => {
    const { redriveCommand } = await import('./records/commands.js');
    return redriveCommand(readSettings(environment, flags).databaseUrl);
  },
};

/**
 * @typedef {object} CommandOptions
 * @property {NodeJS.ProcessEnv} environment
 * @property {{ port?: string, host?: string, data?: string, 'public-url'?: string, 'dry-run'?: boolean,
 *   force?: boolean }} flags
 */

try {
  process.exitCode = await main();
} catch (error) {
  for (const sentence of sentencesOf(error)) console.error(`caseframe: ${sentence}`);
  process.exitCode = 1;
}

/** What is to be put right, by the name of the setting. @param {unknown} error @returns {string[]} */
function sentencesOf(error) {
  if (error instanceof SettingsError) return error.mistakes;
  if (!(error instanceof Error)) return [String(error)];
  const { message } = error;
  const setting = error instanceof RecordsError ? 'DATABASE_URL' : 'STORAGE_URL';
  const isAbout = error instanceof RecordsError || error instanceof StorageError;
  return [isAbout && !message.includes(setting) ? `${setting}: ${message}` : message];
}

async function main() {
  const { wantsHelp, name, flags } = parseCommand(process.argv.slice(2));
  if (wantsHelp) {
    console.log(help());
    return 0;
  }
  return RUN[name]({ environment: process.env, flags });
}
