/**
 * What the service knows of its snapshots: one repository in two dialects (`node:sqlite`, PostgreSQL), asked by one
 * contract suite. Each call that changes something is one transaction, and its audit entry is in it.
 *
 * A snapshot's row goes one way: pending (leased) → stored → deleted. The row comes before the object, so that no object
 * is ever without a row; what a crash leaves is a pending row whose lease runs out, or a deleted one whose object is
 * still to be removed.
 *
 * Times are those of the clock that the records were opened with. Where several instances share a database, their clocks
 * may differ by less than the shortest lease.
 */

/**
 * @typedef {object} Snapshot
 * @property {string} id The client's `snapshotId`, else one of ours. Unique in its organisation.
 * @property {string} organizationId
 * @property {string} interactionId
 * @property {string} agentId
 * @property {string} timestamp When it was captured, ISO 8601, as the client says.
 * @property {string} receivedAt ISO 8601.
 * @property {string} sha256 Of the file, lowercase hex.
 * @property {number} bytes
 * @property {number} width In pixels.
 * @property {number} height In pixels.
 * @property {object[]} redactions As the client's metadata has them. None once it is deleted.
 * @property {object} metadata The values that the client sent, as JavaScript reads them. Empty once it is deleted: it may be personal data.
 * @property {string} objectKey
 * @property {'pending' | 'stored' | 'deleted'} state
 * @property {'queued' | 'done' | 'failed'} annotation Whether the note at the interaction or case is written.
 * @property {string | null} annotationReason Why it failed.
 * @property {boolean} legalHold
 * @property {string | null} holdReason
 * @property {string} expiresAt ISO 8601: past it and not held, it is gone.
 * @property {string | null} deletedAt ISO 8601.
 * @property {string | null} deletedReason `'retention'`, or what the admin gave.
 */

/**
 * @typedef {object} Actor Who did something, for the audit.
 * @property {string} id An agent's id, or `'system'`.
 * @property {string} role
 * @property {string} [via] How they were known: `'genesys'`, `'static-key'`, `'demo'`, `'system'`.
 */

/**
 * @typedef {object} Claim
 * @property {string} organizationId
 * @property {string} agentId
 * @property {string} idempotencyKey Scoped by organisation and agent.
 * @property {number} leaseMs
 * @property {Omit<Snapshot, 'state' | 'annotation' | 'annotationReason' | 'legalHold' | 'holdReason' | 'deletedAt' | 'deletedReason'>} snapshot
 */

/**
 * @typedef {{ outcome: 'claimed', snapshot: Snapshot, lease: string }
 *   | { outcome: 'stored', snapshot: Snapshot }
 *   | { outcome: 'in-progress', retryAfterMs: number }
 *   | { outcome: 'deleted', snapshot: Snapshot }
 *   | { outcome: 'mismatch' }
 *   | { outcome: 'id-taken' }} Claimed
 *
 * `claimed` is new, or taken over from a lease that has run out: then `snapshot` is the row as it stands, with its own
 * `objectKey`. `in-progress`: `retryAfterMs` is what is left of the lease. `deleted`: it was stored under this key, and
 * deleted since; it is never stored anew. `mismatch`: the key stands for another file or interaction. `id-taken`: the id
 * belongs to another key.
 */

/**
 * @typedef {object} AuditEntry
 * @property {string} organizationId
 * @property {number} seq From 1, without a gap.
 * @property {string} at ISO 8601.
 * @property {string} actor
 * @property {string} role
 * @property {string} action One of `AUDIT_ACTIONS`.
 * @property {string | null} via
 * @property {string | null} snapshotId
 * @property {object} details
 * @property {string} salt Random, so that a digest alone gives nothing away.
 * @property {string} text What was digested: `canonicalText` in `audit.js` says how it is written.
 * @property {string} digest SHA-256 of `text`, lowercase hex.
 * @property {string} hash SHA-256 of the previous `hash`, a line feed, `digest` and a line feed. Before the first entry
 *   `hash` is 64 zeros.
 */

/**
 * @typedef {'annotation' | 'protection'} TaskKind A note about the snapshot; the protection of its call's recordings.
 *
 * @typedef {object} Task What is to be told to Genesys, leased to whoever claimed it.
 * @property {string} id
 * @property {TaskKind} kind
 * @property {number} attempts With this one.
 * @property {string} lease
 * @property {string} leaseUntil ISO 8601.
 * @property {string} queuedAt ISO 8601.
 * @property {string} triedAt ISO 8601: the first time since then, perhaps now.
 * @property {string | null} target Where it was about to be written the last time: perhaps it stands there.
 * @property {Snapshot} snapshot As it is now: it may be deleted.
 * @property {boolean} interactionHeld Whether any snapshot of its call is held.
 *
 * @typedef {{ outcome: 'done', details: object } | { outcome: 'failed' | 'dropped', reason: string }} TaskOutcome `details`
 *   are for the audit. What failed is dead until it is redriven; what was dropped is not to be done any more.
 */

/**
 * @typedef {object} Records
 * @property {'sqlite' | 'postgres'} kind
 * @property {() => Promise<string[]>} migrate Names of what it applied; safe when two start at once.
 * @property {() => Promise<void>} check Rejects where it cannot be written to, or a migration is missing.
 * @property {(claim: Claim) => Promise<Claimed>} claim
 * @property {(lease: string, actor: Actor, details?: object) => Promise<Snapshot>} stored The object is durable:
 *   pending → stored, an audit entry (`details` are added to it), and a row of the outbox. Repeating it is harmless.
 *   Throws `LeaseLost`, where another has taken the row over.
 * @property {(lease: string) => Promise<void>} abandon There is no object, for certain: the row goes at once.
 * @property {(lease: string) => Promise<void>} release Whether there is an object is not known, such as after a time-out:
 *   the lease ends at once, so that the client's next try, or the sweep, takes the row over.
 * @property {(now: Date, limit?: number) => Promise<{ snapshot: Snapshot, lease: string }[]>} takeOverAbandoned Pending
 *   rows whose lease has run out, leased to the caller for 20 s: after a crash.
 * @property {(organizationId: string, id: string) => Promise<Snapshot | undefined>} find Stored and deleted ones.
 * @property {(organizationId: string, query: { interactionId: string, agentId?: string, limit: number, after?: string }) =>
 *   Promise<Snapshot[]>} list Stored ones, in the order in which they were received; `after` is an id, from which the
 *   list goes on.
 * @property {(organizationId: string, id: string, held: boolean, reason: string, actor: Actor,
 *   options?: { protectRecordings?: boolean }) => Promise<Snapshot | undefined>} setHold The row's word alone; the
 *   storage's own is the caller's. `protectRecordings` queues the protection of the call's recordings with it.
 *   `undefined` where there is none or it is deleted.
 * @property {(organizationId: string, id: string, reason: string, actor: Actor) =>
 *   Promise<{ outcome: 'deleted', snapshot: Snapshot } | { outcome: 'held' | 'gone' | 'missing' }>} markDeleted
 * @property {(now: Date, limit: number, after?: Snapshot) => Promise<Snapshot[]>} expiring Stored ones past `expiresAt` that
 *   are not held, the oldest first; `after` goes on from one.
 * @property {(now: Date, snapshots: Snapshot[]) => Promise<Snapshot[]>} expire Marks those of them that still are so as
 *   deleted with the reason `'retention'`, with an audit entry each, and returns them.
 * @property {(limit: number, after?: { deletedAt: string, id: string }) => Promise<Snapshot[]>} unremoved Deleted ones
 *   whose object is still to be removed from the storage, in the order of their deletion; `after` goes on from one.
 * @property {(organizationId: string, id: string) => Promise<void>} removed Its object is gone. Repeating it is harmless.
 * @property {(limit: number, after?: { organizationId: string, id: string }) =>
 *   Promise<{ snapshot: Snapshot, leaseUntil: string }[]>} scan Pending and stored ones of all organisations, in the order of
 *   organisation and id; `after` goes on from one.
 * @property {(keys: string[]) => Promise<Map<string, Snapshot>>} findByObjects By `objectKey`, whatever their state.
 * @property {(everyMs: number, work: () => Promise<number>, options?: { isRemembered?: boolean }) =>
 *   Promise<'done' | 'busy' | 'early'>} passAlone Does the work under a lock of the database, so that only one of all
 *   instances does it at a time. `busy`: another does. `early`: a pass ended less than `everyMs` ago. The work says how much
 *   it has left. Where it throws, or is not to be remembered, it counts as not done. SQLite has one process and no lock.
 * @property {() => Promise<{ at: string, left?: number } | undefined>} lastPass When a pass ended last, on any instance, and
 *   what it has left.
 * @property {() => Promise<Date | undefined>} serverTime By the database's own clock, where it has one: not SQLite.
 * @property {(options: { kinds: TaskKind[], limit: number, leaseMs: number }) => Promise<Task[]>} claimTasks Those that are
 *   due, the longest first: queued ones, and ones whose lease has run out.
 * @property {(task: Task, leaseMs: number, target?: string) => Promise<boolean>} renewTask The lease from now on, and where it
 *   is about to be written. `false`: it is another's.
 * @property {(task: Task, when: { dueAt: Date, reason?: string, counts?: boolean }) => Promise<void>} postponeTask Gives the
 *   lease back, to be tried again. Where it does not count, it was no attempt. Nothing happens where the lease is lost.
 * @property {(task: Task, outcome: TaskOutcome) => Promise<boolean>} settleTask The row, the snapshot's `annotation` and the
 *   audit in one. `false`: what is to be told has changed meanwhile, and is queued anew. Throws `LeaseLost`.
 * @property {(options: { queuedBefore: Date, limit?: number }) =>
 *   Promise<{ organizationId: string, snapshotId: string, kind: TaskKind, reason: string }[]>} redriveTasks Queues dead ones
 *   anew, notes before protections, the oldest of each first; `reason` is what they died of. They count as queued now: one that dies again at once is not
 *   before `queuedBefore`. What a clock far ahead has queued is.
 * @property {(kinds?: TaskKind[]) =>
 *   Promise<{ kind: TaskKind, state: 'queued' | 'dead', count: number, oldest: string }[]>} countTasks Default: all kinds.
 * @property {(organizationId: string, entry: { actor: Actor, action: string, snapshotId?: string | null, details?: object }) =>
 *   Promise<AuditEntry>} audit
 * @property {(organizationId: string, query?: { snapshotId?: string, fromSeq?: number, limit?: number }) =>
 *   AsyncIterable<AuditEntry>} auditEntries In the order of `seq`.
 * @property {(organizationId: string) => Promise<{ seq: number, hash: string }>} auditHead Of the last entry; `seq` is 0
 *   where there is none.
 * @property {() => AsyncIterable<string>} organizations Those that have audit entries.
 * @property {(organizationId?: string) => AsyncIterable<AuditProblem>} verifyAudit Of one organisation or of all. Reads
 *   each entry once and holds few of them.
 * @property {() => Promise<void>} close
 *
 * @typedef {{ organizationId: string, seq: number, problem: 'changed' | 'missing' | 'reordered', message: string }} AuditProblem
 */

/** Who does what nobody asked for just now. @type {Actor} */
export const SYSTEM = { id: 'system', role: 'system', via: 'system' };

/** All that stands in an audit: whoever shows one has a word for each. */
export const AUDIT_ACTIONS = [
  'stored',
  'viewed',
  'listed',
  'held',
  'released',
  'deleted',
  'expired',
  'exported',
  'refused',
  'reconciled',
  'annotated',
  'annotation-failed',
  'protected',
  'unprotected',
  'protection-failed',
];

/** The lease was taken over, or the row is gone. */
export class LeaseLost extends Error {
  name = 'LeaseLost';
}

/**
 * @typedef {'unavailable' | 'schema' | 'settings' | 'invalid'} RecordsErrorCode
 *
 * `unavailable` may be tried again: the database is away, busy or full. `schema`: it is older or newer than this version
 * of the service. `settings`: there can be no such database. `invalid`: text that no database takes.
 */

/** What the records throw, whatever the driver calls it. Its message names no password. */
export class RecordsError extends Error {
  /** @param {RecordsErrorCode} code @param {string} message @param {unknown} [cause] */
  constructor(code, message, cause) {
    super(message, { cause });
    this.name = 'RecordsError';
    this.code = code;
  }
}

/**
 * Throws where a text is none in Unicode or holds U+0000: PostgreSQL takes neither, and what SQLite makes of them is not
 * what was digested.
 * @param {Record<string, unknown>} row
 * @throws {RecordsError} `invalid`
 */
export function refuseUnstorable(row) {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
      throw new RecordsError('invalid', `Expected text for ${name} but received some that no database takes`);
    }
  }
}
