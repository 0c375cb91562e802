/** What `DATABASE_URL` says. Settings are read without the database's driver: loading one takes a quarter of a second. */

import { resolve } from 'node:path';
import { RecordsError } from './records.js';

const EXAMPLES = 'such as sqlite:./data/records.db or postgres://user:password@host:5432/database';

/** Of pg-connection-string, its README. */
const SSL_PARAMETERS = new Set(['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation']);

/**
 * @param {string} url
 * @returns {{ kind: 'sqlite' | 'postgres', place: string }} A file's path, or the URL itself.
 * @throws {RecordsError} `settings`
 */
export function parseDatabaseUrl(url) {
  const [, scheme = '', rest = ''] = /^([a-z0-9+.-]+):(.*)$/is.exec(url) ?? [];
  if (scheme === 'sqlite') {
    if (rest === ':memory:') return { kind: 'sqlite', place: rest };
    const path = rest.replace(/^\/\/(?=\/)/, '');
    if (path === '' || path.startsWith('//') || path.endsWith('/') || /[?#\0]/.test(path)) {
      throw wrong('sqlite: is followed by the path of a file, in which there is no “?” and no “#”');
    }
    return { kind: 'sqlite', place: resolve(path) };
  }
  if (scheme === 'postgres' || scheme === 'postgresql') {
    if (!rest.startsWith('//') || !URL.canParse(url) || /[\s#]/.test(url)) throw wrong('it is no URL that can be read');
    if (!isEncoded(url)) throw wrong('it has a percent sign that is no %XX, which is written as %25');
    const { pathname, searchParams } = new URL(url);
    if (pathname.length < 2) throw wrong('it names no database');
    // The driver passes over what it does not know, and would talk in clear.
    const unknown = [...searchParams.keys()].find((name) => /^ssl/i.test(name) && !SSL_PARAMETERS.has(name));
    if (unknown !== undefined) throw wrong(`“${unknown}” is none of ${[...SSL_PARAMETERS].join(', ')}`);
    // So it would where one is empty; of two it takes the last.
    for (const name of SSL_PARAMETERS) {
      const [value, more] = searchParams.getAll(name);
      if (value === '' || more !== undefined) throw wrong(`“${name}” has to have one value`);
    }
    return { kind: 'postgres', place: url };
  }
  throw wrong(scheme === '' ? 'it has no scheme' : `“${scheme}:” is no database that this service knows`);
}

/** Else whoever takes it apart finds other words in it than the next one, or none. @param {string} url */
function isEncoded(url) {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

/** The URL itself is not repeated: it may hold a password. @param {string} why */
function wrong(why) {
  return new RecordsError('settings', `DATABASE_URL is wrong: ${why}. Give one ${EXAMPLES}`);
}
