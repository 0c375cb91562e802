/**
 * The tables, as `migrations.js` makes them, for the type checker. The same in both dialects: times are ISO 8601 in UTC
 * with milliseconds, which sort as text does; JSON is text, so that what was digested is what is kept.
 */

/**
 * @typedef {object} SnapshotRow
 * @property {string} organization_id
 * @property {string} id
 * @property {string} agent_id
 * @property {string} idempotency_key
 * @property {string} interaction_id
 * @property {string} captured_at As the client says.
 * @property {string} received_at
 * @property {string} sha256
 * @property {number} bytes
 * @property {number} width
 * @property {number} height
 * @property {string} redactions JSON.
 * @property {string} metadata JSON.
 * @property {string} object_key
 * @property {'pending' | 'stored' | 'deleted'} state
 * @property {'queued' | 'done' | 'failed'} annotation
 * @property {string | null} annotation_reason Why it failed.
 * @property {string | null} hold_reason Not null: it is held.
 * @property {string} expires_at
 * @property {string | null} deleted_at
 * @property {string | null} deleted_reason
 * @property {string | null} removed_at When the object of a deleted one was removed from the storage, too.
 * @property {string} lease Who files it just now, or has filed it.
 * @property {string} lease_until
 *
 * @typedef {object} AuditRow
 * @property {string} organization_id
 * @property {number} seq
 * @property {string} at
 * @property {string} actor
 * @property {string} role
 * @property {string | null} via
 * @property {string} action
 * @property {string | null} snapshot_id
 * @property {string} details JSON.
 * @property {string} salt
 * @property {string} digest
 * @property {string} hash
 *
 * @typedef {object} AuditHeadRow
 * @property {string} organization_id
 * @property {number} seq Of the last entry; 0 before the first.
 * @property {string} hash Of the last entry.
 *
 * @typedef {object} OutboxRow What is still to be told to others about a snapshot: one of a kind.
 * @property {string} id
 * @property {string} organization_id
 * @property {string} snapshot_id
 * @property {import('./records.js').TaskKind} kind
 * @property {'queued' | 'done' | 'dead'} state
 * @property {number} attempts How often it was leased, but for those that were called off.
 * @property {string} due_at While it is leased: when the lease runs out.
 * @property {string | null} lease Who works at it just now.
 * @property {string | null} lease_until
 * @property {string | null} last_error
 * @property {string | null} target Where it was about to be written the last time.
 * @property {string | null} tried_at When it was leased first, since it was queued.
 * @property {string} created_at When it was queued, or queued anew.
 *
 * @typedef {object} ProbeRow When something was done last.
 * @property {number} id Of what: 1 is the health check's write, 2 the reconciler's pass.
 * @property {string} at
 * @property {number | null} [left_over] What a pass could not mend.
 *
 * @typedef {object} Tables
 * @property {SnapshotRow} snapshots
 * @property {AuditRow} audit_entries
 * @property {AuditHeadRow} audit_heads
 * @property {OutboxRow} outbox
 * @property {ProbeRow} probes
 */

/** @typedef {import('kysely').Kysely<Tables>} Database */
/** @typedef {import('kysely').Transaction<Tables>} Transaction */

export {};
