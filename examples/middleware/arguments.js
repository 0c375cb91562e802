/** What the command line takes. Imports nothing: it is asked before anything is installed or built (`npm start`). */

import { parseArgs } from 'node:util';

export const COMMANDS = /** @type {const} */ (['serve', 'migrate', 'reconcile', 'verify-audit', 'redrive']);

/**
 * @param {string[]} args
 * @throws {Error} With a sentence.
 */
export function parseCommand(args) {
  const { values, positionals } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      'public-url': { type: 'string' },
      'dry-run': { type: 'boolean' },
      force: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  const { help: wantsHelp = false, ...flags } = values;
  const name = COMMANDS.find((command) => command === (positionals[0] ?? 'serve'));
  if (wantsHelp) return { wantsHelp, name: name ?? 'serve', flags };
  if (name === undefined || positionals.length > 1) {
    throw new Error(`“${positionals.join(' ')}” is no command: give one of ${COMMANDS.join(', ')}, or --help`);
  }
  for (const flag of /** @type {const} */ (['dry-run', 'force'])) {
    if (flags[flag] && name !== 'reconcile') throw new Error(`--${flag} is for reconcile alone`);
  }
  return { wantsHelp, name, flags };
}
