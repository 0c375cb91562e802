/** Rows of the outbox as they are made: in the transaction of what they tell of. */

import { randomUUID } from 'node:crypto';

/** @typedef {import('./records.js').TaskKind} TaskKind */
/** @typedef {import('./schema.js').OutboxRow} OutboxRow */
/** @typedef {import('./schema.js').Transaction} Transaction */

/**
 * Whoever holds or releases a snapshot has the recordings' protection told anew, whatever is told just now.
 * @param {Transaction} trx @param {{ organization_id: string, id: string }} snapshot @param {string} at
 */
export async function enqueueProtection(trx, { organization_id, id }, at) {
  const { state, attempts, due_at, lease, lease_until, tried_at, created_at, ...row } = newTask(
    { organization_id, id },
    'protection',
    at,
  );
  const changes = { state, attempts, due_at, lease, lease_until, tried_at, created_at };
  await trx
    .insertInto('outbox')
    .values({ ...row, ...changes })
    .onConflict((conflict) => conflict.columns(['organization_id', 'snapshot_id', 'kind']).doUpdateSet(changes))
    .execute();
}

/** @param {{ organization_id: string, id: string }} snapshot @param {TaskKind} kind @param {string} at @returns {OutboxRow} */
export function newTask({ organization_id, id }, kind, at) {
  return {
    id: randomUUID(),
    organization_id,
    snapshot_id: id,
    kind,
    state: 'queued',
    attempts: 0,
    due_at: at,
    lease: null,
    lease_until: null,
    last_error: null,
    target: null,
    tried_at: null,
    created_at: at,
  };
}
