/** SQLite by `node:sqlite`, as a dialect of Kysely: one connection to one file. */

import { existsSync } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import { RecordsError } from './records.js';

/** How long a transaction waits for another process's. */
const BUSY_MS = 10_000;
/** Between two looks at whether the other has ended. */
const RETRY_MS = 5;

/** What each database begins with: https://sqlite.org/fileformat.html#magic_header_string */
const HEADER = Buffer.from('SQLite format 3\0');

/** Statements that are kept compiled. */
const MOST_COMPILED = 200;

/** https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** What the connection begins with. Durable once a call resolves: `FULL` syncs the log at each commit. */
const PRAGMAS = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma foreign_keys = on;
  pragma trusted_schema = off;
`;

/**
 * @param {string} path Or `:memory:`.
 * @param {{ isThere: boolean }} options `isThere`: nothing is made where there is no such file.
 * @returns {Promise<SqliteDialect>}
 * @throws {RecordsError} `schema`
 */
export async function sqliteDialect(path, { isThere }) {
  if (path !== ':memory:') {
    if (isThere && !existsSync(path)) {
      throw new RecordsError('schema', `There is no database ${path}: name another, or run “node main.js migrate”`);
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await prepareFile(path);
  }
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    database.exec(PRAGMAS);
  } catch (error) {
    database.close();
    throw error;
  }
  return new NodeSqliteDialect({ database: adapt(database) });
}

/**
 * People's data: for the service's own user only. SQLite gives the files of its log the same mode. What is another's, such as
 * /dev/null or a letter, keeps its own: that it is no database is told when it is opened as one.
 * @param {string} path
 * @throws {RecordsError} `settings`
 */
async function prepareFile(path) {
  const before = await stat(path).catch(() => undefined);
  // A pipe would be waited for until somebody reads it.
  if (before && !before.isFile()) throw new RecordsError('settings', `${path} is no file: name one in DATABASE_URL`);
  const file = await open(path, 'a+', 0o600);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER.length), 0, HEADER.length, 0);
    if (bytesRead === 0 || buffer.equals(HEADER)) await file.chmod(0o600);
  } finally {
    await file.close();
  }
}

/**
 * `node:sqlite` in the shape that Kysely knows. Kysely prepares each statement anew, and SQLite would compile it each time:
 * those that were compiled are kept. Pragmas are not: some do what they say while they are compiled.
 * @param {DatabaseSync} database @returns {import('kysely').SqliteDatabase}
 */
function adapt(database) {
  /** By their text. @type {Map<string, ReturnType<typeof compile>>} */
  const compiled = new Map();

  /** @param {string} sql */
  function compile(sql) {
    const statement = database.prepare(sql);
    /** @param {readonly unknown[]} parameters */
    const values = (parameters) => /** @type {import('node:sqlite').SQLInputValue[]} */ (parameters);
    return {
      reader: statement.columns().length > 0,
      /** @param {readonly unknown[]} parameters */
      all: (parameters) => statement.all(...values(parameters)),
      /** @param {readonly unknown[]} parameters */
      run: (parameters) => statement.run(...values(parameters)),
      /** Two of one statement at a time would share its place. @param {readonly unknown[]} parameters */
      iterate: (parameters) => database.prepare(sql).iterate(...values(parameters)),
    };
  }

  return {
    close: () => database.close(),
    prepare(sql) {
      const known = compiled.get(sql);
      if (known !== undefined) return known;
      const statement = compile(sql);
      if (/^pragma/i.test(sql)) return statement;
      // Their number is the code's own but for lists, of which each length is a text of its own.
      if (compiled.size >= MOST_COMPILED) compiled.clear();
      compiled.set(sql, statement);
      return statement;
    },
  };
}

class NodeSqliteDialect extends SqliteDialect {
  #config;

  /** @param {import('kysely').SqliteDialectConfig} config */
  constructor(config) {
    super(config);
    this.#config = config;
  }

  createDriver() {
    return new ImmediateDriver(this.#config);
  }

  createAdapter() {
    return new TransactionalAdapter();
  }
}

/**
 * Transactions that lock the file as they begin: one that reads first and then writes would be refused where another
 * process has written in between. It waits without blocking the event loop, in which the other may be.
 */
class ImmediateDriver extends SqliteDriver {
  /** @param {import('kysely').DatabaseConnection} connection */
  async beginTransaction(connection) {
    /** @param {string} sql */
    const run = (sql) => connection.executeQuery(CompiledQuery.raw(sql));
    for (const deadline = performance.now() + BUSY_MS; ; await sleep(RETRY_MS * (1 + Math.random()))) {
      try {
        await run('pragma busy_timeout = 0');
        await run('begin immediate');
        return;
      } catch (error) {
        const { errcode } = /** @type {{ errcode?: number }} */ (error);
        if (errcode !== SQLITE_BUSY || performance.now() > deadline) throw error;
      } finally {
        await run(`pragma busy_timeout = ${BUSY_MS}`);
      }
    }
  }
}

/** SQLite's schema changes are part of a transaction like any other: a migration is applied whole, by one of two at once. */
class TransactionalAdapter extends SqliteAdapter {
  get supportsTransactionalDdl() {
    return true;
  }
}
