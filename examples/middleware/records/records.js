/**
 * What the service knows of its snapshots: one repository in two dialects (`node:sqlite`, PostgreSQL), asked by one
 * contract suite. Each call that changes something is one transaction, and its audit entry is in it.
 *
 * A snapshot's row goes one way: pending (leased) → stored → deleted. The row comes before the object, so that no object
 * is ever without a row; what a crash leaves is a pending row whose lease runs out.
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
 * @property {object[]} redactions As the client's metadata has them.
 * @property {object} metadata As the client sent it.
 * @property {string} objectKey
 * @property {'pending' | 'stored' | 'deleted'} state
 * @property {'queued' | 'done' | 'failed'} annotation
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
 * @property {Omit<Snapshot, 'state' | 'annotation' | 'legalHold' | 'holdReason' | 'deletedAt' | 'deletedReason'>} snapshot
 */

/**
 * @typedef {{ outcome: 'claimed', snapshot: Snapshot, lease: string }
 *   | { outcome: 'stored', snapshot: Snapshot }
 *   | { outcome: 'in-progress', retryAfterMs: number }
 *   | { outcome: 'mismatch' }
 *   | { outcome: 'id-taken' }} Claimed
 *
 * `claimed` is new, or taken over from a lease that has run out: then `snapshot` is the row as it stands, with its own
 * `objectKey`. `mismatch`: the key stands for another file. `id-taken`: the id belongs to another key.
 */

/**
 * @typedef {object} AuditEntry
 * @property {string} organizationId
 * @property {number} seq From 1, without a gap.
 * @property {string} at ISO 8601.
 * @property {string} actor
 * @property {string} role
 * @property {string} action `'stored' | 'viewed' | 'listed' | 'held' | 'released' | 'deleted' | 'expired' | 'exported' | 'refused'`
 * @property {string | null} snapshotId
 * @property {object} details
 * @property {string} digest SHA-256 of the entry's canonical text, lowercase hex.
 * @property {string} hash SHA-256 of the previous `hash`, a line feed, `digest` and a line feed.
 */

/**
 * @typedef {object} Records
 * @property {'sqlite' | 'postgres'} kind
 * @property {() => Promise<string[]>} migrate Names of what it applied; safe when two start at once.
 * @property {() => Promise<void>} check Rejects where it cannot be written to, or a migration is missing.
 * @property {(claim: Claim) => Promise<Claimed>} claim
 * @property {(lease: string, actor: Actor) => Promise<Snapshot>} stored The object is durable: pending → stored, an
 *   audit entry, and a row of the outbox. Throws `LeaseLost`, where another has taken the row over.
 * @property {(lease: string) => Promise<void>} abandon The object could not be put: the row goes at once.
 * @property {(now: Date) => Promise<{ snapshot: Snapshot, lease: string }[]>} takeOverAbandoned Pending rows whose
 *   lease has run out, leased to the caller: after a crash.
 * @property {(organizationId: string, id: string) => Promise<Snapshot | undefined>} find Stored and deleted ones.
 * @property {(organizationId: string, query: { interactionId: string, agentId?: string, limit: number, after?: string }) =>
 *   Promise<Snapshot[]>} list Stored ones, oldest first.
 * @property {(organizationId: string, id: string, held: boolean, reason: string, actor: Actor) => Promise<Snapshot | undefined>} setHold
 *   The row's word alone; the storage's own is the caller's. `undefined` where there is none or it is deleted.
 * @property {(organizationId: string, id: string, reason: string, actor: Actor) =>
 *   Promise<{ outcome: 'deleted', snapshot: Snapshot } | { outcome: 'held' | 'gone' | 'missing' }>} markDeleted
 * @property {(now: Date, limit: number) => Promise<Snapshot[]>} expire Marks stored ones past `expiresAt` that are not
 *   held as deleted with the reason `'retention'`, with an audit entry each, and returns them.
 * @property {(organizationId: string, entry: { actor: Actor, action: string, snapshotId?: string | null, details?: object }) =>
 *   Promise<AuditEntry>} audit
 * @property {(organizationId: string, query?: { snapshotId?: string, fromSeq?: number, limit?: number }) =>
 *   AsyncIterable<AuditEntry>} auditEntries In the order of `seq`.
 * @property {(organizationId?: string) => Promise<AuditProblem[]>} verifyAudit
 * @property {() => Promise<void>} close
 *
 * @typedef {{ organizationId: string, seq: number, problem: 'changed' | 'missing' | 'reordered', message: string }} AuditProblem
 */

/** The lease was taken over, or the row is gone. */
export class LeaseLost extends Error {
  name = 'LeaseLost';
}
