/**
 * A hold stands in the row and in the store, and several may decide at the same time. Whoever has written to one of them
 * looks at the other afterwards: of two, the one who is last sees what the other has left.
 */

/** @typedef {import('../records/records.js').Snapshot} Snapshot */

/** @param {Pick<import('../service.js').Parts, 'storage' | 'records'>} parts */
export function createHolds({ storage, records }) {
  /**
   * Tells the store what the row says, for as long as that is something else than what it was told before.
   * @param {Snapshot} snapshot @param {boolean} told What the store was told last.
   */
  async function tellStore({ organizationId, id, objectKey }, told) {
    for (let held = told; ; ) {
      const row = await records.find(organizationId, id);
      if (row === undefined || row.legalHold === held) return;
      held = row.legalHold;
      await storage.hold(objectKey, held);
    }
  }

  return {
    /** The row may have changed on the way. @param {Snapshot} snapshot @param {boolean} held */
    async setInStore(snapshot, held) {
      await storage.hold(snapshot.objectKey, held);
      await tellStore(snapshot, held);
    },

    /** After the row was marked as held: a release may have been to the store since. @param {Snapshot} snapshot */
    async checkStore(snapshot) {
      const head = await storage.head(snapshot.objectKey);
      if (head !== undefined) await tellStore(snapshot, head.held);
    },
  };
}
