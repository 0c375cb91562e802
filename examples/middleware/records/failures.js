/** What goes wrong in a database, in the records' own words. */

import { LeaseLost, RecordsError } from './records.js';

/** https://sqlite.org/rescode.html, primary codes. */
const SQLITE = new Map([
  [5, 'is busy'],
  [6, 'is busy'],
  [8, 'cannot be written to'],
  [10, 'cannot be read or written'],
  [13, 'has no room left'],
  [14, 'cannot be opened'],
]);
const SQLITE_NOT_A_DATABASE = 26;
const SQLITE_CORRUPT = 11;

/**
 * https://www.postgresql.org/docs/current/errcodes-appendix.html: connections, rollbacks of transactions, resources,
 * operator intervention, system errors; a lock that does not come; read-only transactions, as on a standby.
 */
const POSTGRES_UNAVAILABLE = /^(08|40|53|57|58)|^55P03$|^25006$/;
/** Who asks, for which database, and what they may: wrong in the settings, or made right in the database. */
const POSTGRES_SETTINGS = /^(28|3D|42501$)/;
/** Text that holds U+0000, or no text at all. */
const POSTGRES_TEXT = /^22(021|P05)$/;

/** Of pg, which gives them no code: no connection in time, or one that broke while it was used. */
const BROKEN = /^(timeout|connection |client (has encountered a connection error|was closed))/i;

/** Of Node: the server is not there, or the connection broke. */
const NETWORK = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE|ENOENT$)/;

/**
 * @template T @param {() => Promise<T>} call
 * @returns {Promise<T>}
 * @throws {RecordsError | LeaseLost | Error} Others are defects.
 */
export async function asRecordsError(call) {
  try {
    return await call();
  } catch (error) {
    throw translate(error);
  }
}

/** @param {unknown} error */
function translate(error) {
  if (error instanceof RecordsError || error instanceof LeaseLost || !(error instanceof Error)) return error;
  const { code = '', errcode } = /** @type {{ code?: string, errcode?: number }} */ (error);
  if (errcode !== undefined) {
    const primary = errcode & 0xff;
    const what = SQLITE.get(primary);
    if (what) return new RecordsError('unavailable', `The database's file ${what}: ${error.message}`, error);
    if (primary === SQLITE_NOT_A_DATABASE || primary === SQLITE_CORRUPT) {
      return new RecordsError('settings', `The database's file is none of SQLite, or damaged: ${error.message}`, error);
    }
    return error;
  }
  if (POSTGRES_SETTINGS.test(code)) {
    return new RecordsError('settings', `PostgreSQL refuses DATABASE_URL: ${error.message}`, error);
  }
  if (POSTGRES_TEXT.test(code)) return new RecordsError('invalid', 'A text holds what no database takes', error);
  if (POSTGRES_UNAVAILABLE.test(code) || NETWORK.test(code) || BROKEN.test(error.message)) {
    return new RecordsError('unavailable', `The database is away: ${reasonOf(error)}`, error);
  }
  if (/^E(ACCES|PERM|ROFS|NOSPC|ISDIR|NOTDIR|EXIST)$/.test(code)) {
    return new RecordsError('settings', `The database's file cannot be opened: ${error.message}`, error);
  }
  return error;
}

/** Node tells of all addresses that it tried in one error without a message. @param {Error} error */
function reasonOf(error) {
  if (error instanceof AggregateError) return error.errors.map(({ message }) => message).join('; ');
  return error.message;
}
