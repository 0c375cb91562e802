/** What `--help` prints. */

import { NAMES } from './settings.js';

export function help() {
  const width = Math.max(...Object.keys(NAMES).map((name) => name.length));
  return [
    'Usage: node main.js [serve] [--port <n>] [--host <address>] [--data <folder>] [--public-url <url>]',
    '       node main.js migrate | verify-audit | redrive | reconcile [--dry-run] [--force]',
    '',
    '  serve         the service, with the widget where it is built (default)',
    '  migrate       brings the database up to date; serve does so, too',
    '  redrive       queues notes that were given up anew, and says what they had failed of',
    '  verify-audit  whether an entry of the audit was changed, is missing or in another place, and which',
    '  reconcile     compares rows with objects and mends what a crash left: JSON lines; 0 nothing is left, 1 something is,',
    '                2 another instance is at it. --dry-run changes nothing; --force removes objects without a row however',
    '                many they are',
    '',
    '  --port, --host, --public-url   win over PORT, HOST and PUBLIC_URL',
    '  --data        the folder of the embedded store and database (default: data in the project)',
    '',
    'Settings come from the environment:',
    ...Object.entries(NAMES).map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
  ].join('\n');
}
