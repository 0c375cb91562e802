/** Rows of the outbox as they are made: in the transaction of what they tell of. */

import { randomUUID } from 'node:crypto';

/** @typedef {import('./records.js').TaskKind} TaskKind */
/** @typedef {import('./schema.js').OutboxRow} OutboxRow */
/** @typedef {import('./schema.js').Transaction} Transaction */

/**
 * Whoever holds or releases a snapshot has the recordings' protection told anew. What is told just now keeps its lease, and
 * is told anew once it is settled: two at once could be carried out in either order.
 * @param {Transaction} trx @param {{ organization_id: string, id: string }} snapshot @param {string} at
 */
export async function enqueueProtection(trx, snapshot, at) {
  await trx
    .insertInto('outbox')
    .values(newTask(snapshot, 'protection', at))
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'snapshot_id', 'kind']).doUpdateSet(({ eb, ref }) => {
        /** @template T @param {T} free @param {any} leased */
        const whether = (free, leased) => eb.case().when('outbox.lease', 'is', null).then(free).else(leased).end();
        return {
          state: 'queued',
          attempts: whether(0, 1),
          due_at: whether(at, ref('outbox.due_at')),
          tried_at: whether(null, at),
          created_at: at,
        };
      }),
    )
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
