/** What fails behind the service, as what it answers. A client that is told to come again loses nothing. */

import { Problem } from './problem.js';
import { LeaseLost, RecordsError } from './records/records.js';
import { StorageError } from './storage/storage.js';

const RETRY_AFTER_S = 5;
/** Nobody frees a full disk in seconds. */
const FULL_RETRY_AFTER_S = 60;
/** SQLITE_FULL (sqlite.org/rescode.html) and PostgreSQL's disk_full, class 53. */
const FULL_CODES = new Set([13, '53100', 'ENOSPC']);

/** @param {StorageError} error */
export function storageProblem(error) {
  if (error.code === 'full') return full(error);
  if (error.code === 'held') return new Problem(423, 'held', 'This snapshot is under a legal hold');
  if (error.code === 'missing' || error.code === 'conflict') {
    return because(error, new Problem(500, 'picture-missing', 'The picture is not where it was stored'));
  }
  return because(error, unavailable('storage-unavailable', 'The storage cannot be reached just now: try again'));
}

/**
 * The same repository, with whatever it throws turned into an answer.
 * @param {import('./records/records.js').Records} records
 * @returns {import('./records/records.js').Records}
 */
export function withProblems(records) {
  return new Proxy(records, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (/** @type {unknown[]} */ ...args) => {
        const result = member.apply(target, args);
        if (result instanceof Promise) return result.catch((error) => Promise.reject(recordsProblem(error)));
        return result?.[Symbol.asyncIterator] ? rowsWithProblems(result) : result;
      };
    },
  });
}

/** @template T @param {AsyncIterable<T>} rows @returns {AsyncGenerator<T, void, void>} */
async function* rowsWithProblems(rows) {
  try {
    yield* rows;
  } catch (error) {
    // An entry that was changed: whoever reads it has sent no text.
    throw error instanceof RecordsError && error.code === 'invalid' ? error : recordsProblem(error);
  }
}

/** @param {unknown} error */
function recordsProblem(error) {
  if (error instanceof LeaseLost || error instanceof Problem) return error;
  const { code, errcode } = /** @type {{ code?: string, errcode?: number }} */ (
    error instanceof RecordsError && error.cause ? error.cause : error
  );
  if (FULL_CODES.has(code ?? '') || FULL_CODES.has(errcode ?? '')) return full(error);
  if (error instanceof RecordsError && error.code === 'invalid') {
    return because(error, new Problem(400, 'invalid-field', 'A field holds text that cannot be kept'));
  }
  return because(error, unavailable('records-unavailable', 'The records cannot be reached just now: try again'));
}

/** @param {unknown} error @returns {error is StorageError} */
export function isStorageError(error) {
  return error instanceof StorageError;
}

export function overloaded() {
  return unavailable('overloaded', 'The service has too much to do just now: try again');
}

/** @param {unknown} cause */
function full(cause) {
  const wait = { 'retry-after': String(FULL_RETRY_AFTER_S) };
  return because(cause, new Problem(507, 'storage-full', 'There is no room left: the operator has to make some', wait));
}

/** @param {string} code @param {string} message */
function unavailable(code, message) {
  return new Problem(503, code, message, { 'retry-after': String(RETRY_AFTER_S) });
}

/** @param {unknown} cause @param {Problem} problem */
function because(cause, problem) {
  problem.cause = cause;
  return problem;
}
