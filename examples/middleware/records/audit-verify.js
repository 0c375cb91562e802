/** Looks for what was done to an audit: entries that were changed, are missing, or stand elsewhere than they stood. */

import { auditedOrganizations, canonicalText, entryRows, GENESIS, linkHash, readHead, sha256 } from './audit.js';

/** How many entries whose digest is wrong are compared with each other's places. */
const MOST_SUSPECTS = 300;

/** @typedef {import('./records.js').AuditProblem} AuditProblem */
/** @typedef {import('./schema.js').AuditRow} AuditRow */

/**
 * @param {import('./schema.js').Database} db @param {string} [organizationId] Default: all.
 * @returns {AsyncGenerator<AuditProblem, void, void>}
 */
export async function* verify(db, organizationId) {
  if (organizationId !== undefined) yield* verifyChain(db, organizationId);
  else for await (const organization of auditedOrganizations(db)) yield* verifyChain(db, organization);
}

/** @param {import('./schema.js').Database} db @param {string} organizationId */
async function* verifyChain(db, organizationId) {
  let seq = 0;
  /** What the next entry may follow from; unknown behind one that is missing. @type {string[] | undefined} */
  let hashes = [GENESIS];
  /** The head's number as it was before the entries were read: so many have to be there. */
  let known = 0;
  /** Entries that are not what was digested: changed, or from another place. @type {AuditRow[]} */
  const suspects = [];
  /** @type {{ from: number, to: number }[]} */
  const gaps = [];
  for (;;) {
    for await (const row of entryRows(db, organizationId, { fromSeq: seq === 0 ? undefined : seq + 1 })) {
      if (row.seq < 1) {
        suspects.push(row);
        continue;
      }
      if (row.seq > seq + 1) {
        gaps.push({ from: seq + 1, to: row.seq - 1 });
        hashes = undefined;
      }
      /** @type {boolean | undefined} */
      const isFollowing = hashes?.some((hash) => linkHash(hash, row.digest) === row.hash);
      const isDigested = sha256(canonicalText(row)) === row.digest;
      if (!isDigested) {
        if (suspects.length < MOST_SUSPECTS) suspects.push(row);
        else yield changed(row, 'its text is not what was digested');
      } else if (isFollowing === false) {
        yield changed(row, 'it does not follow from the entry before it');
      }
      seq = row.seq;
      // What follows from an entry that stands elsewhere is not known. Where only its own hash was changed, the next one still
      // follows from what that was.
      if (!isFollowing && !isDigested) hashes = undefined;
      else hashes = [row.hash, ...(isFollowing === false && hashes ? [linkHash(hashes[0], row.digest)] : [])];
    }
    // Read after the entries: those that others have added meanwhile are there by now.
    const head = await readHead(db, organizationId);
    if (head.seq > seq && seq >= known) {
      known = head.seq;
      continue;
    }
    if (head.seq > seq) gaps.push({ from: seq + 1, to: head.seq });
    else if (head.seq < seq) yield problem(seq, 'changed', `the audit's end is recorded as entry ${head.seq}`);
    else if (hashes !== undefined && !hashes.includes(head.hash)) {
      yield problem(seq, 'changed', `the audit's end is recorded with another hash`);
    }
    break;
  }
  yield* explain();

  /** Those that stand elsewhere than they stood, and what is left then. */
  function* explain() {
    const places = suspects.map((row) => row.seq);
    for (const { from, to } of gaps) {
      for (let place = from; place <= to && places.length < 2 * MOST_SUSPECTS; ++place) places.push(place);
    }
    const moved = new Set();
    for (const row of suspects) {
      const place = places.find((place) => sha256(canonicalText({ ...row, seq: place })) === row.digest);
      if (place === undefined) {
        yield changed(row, 'its text is not what was digested');
        continue;
      }
      moved.add(place);
      yield problem(row.seq, 'reordered', `entry ${row.seq} was entry ${place}`);
    }
    for (const { from, to } of gaps) {
      if (from === to && moved.has(from)) continue;
      const what = from === to ? `entry ${from} is` : `entries ${from} to ${to} are`;
      yield problem(from, 'missing', `${what} missing`);
    }
  }

  /** @param {AuditRow} row @param {string} why */
  function changed(row, why) {
    return problem(row.seq, 'changed', `entry ${row.seq} was changed: ${why}`);
  }

  /** @param {number} seq @param {AuditProblem['problem']} kind @param {string} message @returns {AuditProblem} */
  function problem(seq, kind, message) {
    return { organizationId, seq, problem: kind, message };
  }
}
