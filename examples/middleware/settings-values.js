/** How each value of a setting is read: as what it means, or a `SyntaxError` with a sentence. */

import { RecordsError } from './records/records.js';
import { StorageUrlError } from './storage/url.js';

export const DEFAULT_PORT = 8080;
/** How many ports from the default one on are tried when nobody asked for one. */
const PORTS_TO_TRY = 20;

/** @param {string | undefined} value */
export function parseList(value = '') {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

/** A port somebody asked for is taken or refused, never changed. @param {string | undefined} asked */
export function parsePorts(asked) {
  if (asked === undefined) return Array.from({ length: PORTS_TO_TRY }, (_, n) => DEFAULT_PORT + n);
  if (!/^\d{1,5}$/.test(asked) || Number(asked) > 65535) {
    throw new SyntaxError(`“${asked}” is not a port: give a number from 0 to 65535 in PORT or --port`);
  }
  return [Number(asked)];
}

/** A name or an address, without brackets, perhaps with a zone. @param {string | undefined} asked */
export function parseHost(asked = '127.0.0.1') {
  if (/^[A-Za-z0-9._:%-]+$/.test(asked)) return asked;
  throw new SyntaxError(`“${asked}” is not an address: give such as 127.0.0.1 in HOST or --host`);
}

/** @param {string} name @param {string | undefined} value @param {number} fallback @param {number} least @param {number} most */
export function parseWhole(name, value, fallback, least, most) {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new SyntaxError(`${name} has to be a whole number from ${least} to ${most}`);
}

/** @param {string | undefined} value */
export function parsePublicUrl(value) {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // By the text: of a URL's own parts, a query or fragment that is there and empty is none.
  const isPlain = url && !url.username && !url.password && !/[?#]/.test(value);
  if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new SyntaxError('PUBLIC_URL has to be such as https://snapshots.example, without user, query and fragment');
}

/**
 * A browser compares an Origin header letter by letter. The host is a name or an address: a URL's may hold nearly anything.
 * @param {string} name Of the setting. @param {string} origin
 */
export function parseOrigin(name, origin) {
  // A policy may name all hosts below one; an Origin header never does.
  const one = name === 'FRAME_ANCESTORS' ? origin.replace('//*.', '//') : origin;
  const isPlain = /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d+)?$/.test(one);
  if (isPlain && URL.canParse(one) && new URL(one).origin === one) return origin;
  throw new SyntaxError(`“${origin}” is not an origin: give such as https://agents.example in ${name}`);
}

/**
 * As its own module reads it; what is wrong is said here, with the rest.
 * @param {string} url @param {(url: string) => unknown} parse
 */
export function parseAddress(url, parse) {
  try {
    parse(url);
    return url;
  } catch (error) {
    if (error instanceof StorageUrlError || error instanceof RecordsError) throw new SyntaxError(error.message);
    throw error;
  }
}

/** Organisations are in lower case, as those of identities are. @param {string | undefined} value */
export function parseRetention(value = '30') {
  const [days = '', ...exceptions] = parseList(value);
  /** @type {Map<string, number>} */
  const organizations = new Map();
  for (const exception of exceptions) {
    const [, id, number] = /^([A-Za-z0-9][A-Za-z0-9_-]{0,63})=(.*)$/.exec(exception) ?? [];
    if (id === undefined) throw new SyntaxError('RETENTION_DAYS has to be such as 30 or 30,<organisation id>=90');
    const organization = id.toLowerCase();
    if (organizations.has(organization)) throw new SyntaxError(`RETENTION_DAYS names ${organization} twice`);
    organizations.set(organization, parseWhole('RETENTION_DAYS', number, 0, 1, 36_500));
  }
  return { days: parseWhole('RETENTION_DAYS', days, 30, 1, 36_500), organizations };
}

/** Passwords and keys inside an address. @param {string} url @returns {string[]} */
export function urlSecrets(url) {
  if (!URL.canParse(url)) return [];
  const { password, searchParams } = new URL(url);
  const named = [...searchParams].filter(
    ([name]) => /secret|password|key$|token|sig$/i.test(name) && !/kms/i.test(name),
  );
  return [password, decodeURIComponent(password), ...named.map(([, value]) => value)];
}

/** What is shorter would blot out ordinary words. @param {(string | undefined)[]} candidates */
export function secretsOf(candidates) {
  const long = candidates.filter((secret) => secret !== undefined && secret.length >= 4);
  return [...new Set(/** @type {string[]} */ (long))].sort((a, b) => b.length - a.length);
}
