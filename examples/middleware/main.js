#!/usr/bin/env node
/** The command line. */

import { parseCommand } from './arguments.js';
import { help } from './help.js';
import { RecordsError } from './records/records.js';
import { readSettings, SettingsError } from './settings.js';
import { StorageError } from './storage/storage.js';

/**
 * Each is loaded only where it is asked for, and once its settings have been read: a mistake is told at once.
 * @type {Record<ReturnType<typeof parseCommand>['name'], (options: CommandOptions) => Promise<number>>}
 */
const RUN = {
  serve: async (options) => (await import('./operations/serve.js')).serve(options),
  migrate: async ({ settings }) => (await import('./records/commands.js')).migrateCommand(settings.databaseUrl),
  reconcile: async (options) => (await import('./operations/reconciler.js')).reconcileCommand(options),
  'verify-audit': async ({ settings }) =>
    (await import('./records/commands.js')).verifyAuditCommand(settings.databaseUrl),
  redrive: async ({ settings }) => (await import('./records/commands.js')).redriveCommand(settings.databaseUrl),
};

/**
 * @typedef {object} CommandOptions
 * @property {import('./settings.js').Settings} settings
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
  const { message, code } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'ERR_UNKNOWN_BUILTIN_MODULE')
    return [`It needs Node 22.16 or newer, and this is ${process.versions.node}`];
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
  const { env: environment } = process;
  return RUN[name]({ settings: readSettings(environment, flags), environment, flags });
}
