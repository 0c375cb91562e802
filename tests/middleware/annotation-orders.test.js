/**
 * Random orders: snapshots come, relays work and die at each of their crash points, Genesys fails in each of its ways, time
 * passes. At the end, every snapshot has its note, and where a target can be listed it has one.
 */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { Dice, firstSeed, sayingSeed } from '../js/random.js';
import { admitClient, createRelayLab, ORGANIZATION } from './annotation-lab.js';
import { ADMIN, createClock, describeRecords, store } from './records-lab.js';
import { startGenesys } from './servers/genesys.js';

console.log(`CASEFRAME_SEED=${firstSeed}`);

/** More of them: CASEFRAME_ROUNDS=500. */
const ROUNDS = {
  sqlite: Number(process.env.CASEFRAME_ROUNDS ?? 5),
  postgres: Number(process.env.CASEFRAME_ROUNDS ?? 2),
};
const MOST_ROUNDS = 100;
const LEASE_MS = 60_000;
const POINTS = ['claimed', 'annotating', 'annotated', 'acknowledged'];
/** @type {import('../../examples/middleware/annotation/annotation.js').TargetName[][]} */
const TARGETS = [
  ['attributes', 'case', 'contact'],
  ['case', 'contact'],
  ['attributes', 'custom-attributes'],
  ['recording', 'contact'],
  ['contact'],
  ['guide'],
];

describeRecords('random orders of notes', ({ kind, open, createUrl }) => {
  const clock = createClock();
  /** @type {import('./records-lab.js').Records[]} */
  let connections;
  before(async () => {
    const url = await createUrl();
    connections = [await open({ url, clock }), await open({ url, clock })];
  });

  test('end in one note each', async (t) => {
    const tally = { snapshots: 0, crashes: 0, faults: 0, lost: 0, repeats: 0 };
    const hasTrouble = () => tally.crashes > 0 && tally.faults > 0 && tally.lost > 0;
    // Rounds without trouble prove nothing: a few may have none of a kind, so there are more of them then.
    for (let round = 0; round < ROUNDS[kind] || (!hasTrouble() && round < MOST_ROUNDS); round++) {
      const seed = firstSeed + round;
      await sayingSeed(seed, async () => {
        const genesys = await startGenesys();
        try {
          await playRound(new Dice(seed), genesys, tally);
        } finally {
          await genesys.close();
        }
      });
    }
    t.diagnostic(JSON.stringify(tally));
    assert.ok(hasTrouble(), 'a kind of trouble never came');
  });

  /** @param {Dice} dice @param {Awaited<ReturnType<typeof startGenesys>>} genesys @param {Record<string, number>} tally */
  async function playRound(dice, genesys, tally) {
    admitClient(genesys);
    const posts = genesys.openGuide();
    const targets = dice.pick(TARGETS);
    const settings = { targets, schemaId: randomUUID(), leaseMs: LEASE_MS };
    /** Whoever stands there dies with the next one. @type {string | undefined} */
    let crashPoint;
    /** @type {(() => void) | undefined} */
    let die;
    const never = new Promise(() => {});
    const at = (/** @type {string} */ point) => {
      if (point !== crashPoint) return;
      crashPoint = undefined;
      die?.();
      return never;
    };
    const random = () => dice.between(0, 999) / 1000;
    const lab = () => createRelayLab({ records: dice.pick(connections), genesys, clock, settings, at, random });
    let relays = [lab(), lab()];
    /** @type {Map<string, string>} */
    const calls = new Map();
    const callOf = async () => {
      const id = `${dice.between(0, 2 ** 30)}-${calls.size}`;
      genesys.conversations.set(id, {
        organizationId: ORGANIZATION,
        userIds: ['agent-1'],
        externalContactId: `c-${id}`,
      });
      genesys.contacts.set(`c-${id}`, []);
      calls.set(id, id);
      return id;
    };
    /** @type {{ id: string }[]} */
    const snapshots = [];
    let isAmbiguous = false;
    genesys.setLost((line) => {
      if (!isAmbiguous || !/^(PATCH|PUT|POST .*(comments|notes|annotations)$)/.test(line)) return false;
      tally.lost += 1;
      return true;
    });

    for (let step = 0; step < 60; ++step) {
      const action = dice.pick([
        'take',
        'take',
        'step',
        'step',
        'step',
        'crash',
        'fault',
        'lose',
        'heal',
        'end',
        'open',
        'wait',
        'wait',
      ]);
      if (action === 'take') {
        const interactionId =
          calls.size > 0 && dice.between(0, 1) === 0 ? dice.pick([...calls.keys()]) : await callOf();
        snapshots.push(
          await store(dice.pick(connections), clock, { interactionId, timestamp: clock.date().toISOString() }),
        );
      } else if (action === 'step') {
        // Two at once, on two connections.
        await Promise.all(relays.map((relay) => relay.step()));
      } else if (action === 'crash') {
        crashPoint = dice.pick(POINTS);
        const victim = dice.between(0, 1);
        /** @type {Promise<void>} */
        const died = new Promise((resolve) => {
          die = resolve;
        });
        await Promise.race([relays[victim].step(), died]);
        if (crashPoint === undefined) {
          tally.crashes += 1;
          relays = relays.with(victim, lab());
        }
        crashPoint = undefined;
      } else if (action === 'fault') {
        const status = dice.pick([500, 502, 503, 429, 0]);
        genesys.setFault((request, response) => {
          if (request.url === '/oauth/token' && status !== 0) return false;
          tally.faults += 1;
          if (status === 0) request.socket.destroy();
          else response.writeHead(status, status === 429 ? { 'retry-after': '7' } : {}).end();
          return true;
        });
      } else if (action === 'lose') {
        isAmbiguous = true;
      } else if (action === 'heal') {
        isAmbiguous = false;
        genesys.setFault();
      } else if (action === 'end' && calls.size > 0) {
        const conversation = genesys.conversations.get(dice.pick([...calls.keys()]));
        if (conversation !== undefined) conversation.endTime ??= clock.date().toISOString();
      } else if (action === 'open' && calls.size > 0) {
        // A case is opened, and a recording ready, whenever it is: before, within or long after the wait for them.
        const id = dice.pick([...calls.keys()]);
        if (!genesys.cases.has(`case-${id}`)) genesys.cases.set(`case-${id}`, { conversationIds: [id], comments: [] });
        const recording = { id: randomUUID(), startTime: clock.date().toISOString(), annotations: [] };
        genesys.recordings.set(id, [...(genesys.recordings.get(id) ?? []), recording]);
      } else if (action === 'wait') {
        clock.advance(dice.between(0, dice.pick([1, 2, 20]) * LEASE_MS));
      }
    }

    isAmbiguous = false;
    genesys.setFault();
    for (const conversation of genesys.conversations.values()) conversation.endTime ??= clock.date().toISOString();
    for (let quiet = 0; quiet < 400; ++quiet) {
      clock.advance(LEASE_MS);
      await Promise.all(relays.map((relay) => relay.step()));
      if ((await connections[0].countTasks()).every(({ state }) => state !== 'queued')) break;
    }
    assert.deepEqual(await connections[0].countTasks(), [], 'nothing waits, nothing was given up');
    tally.snapshots += snapshots.length;
    for (const { id } of snapshots) {
      assert.equal((await connections[0].find(ORGANIZATION, id))?.annotation, 'done');
      const notes = genesys.notesOf(id);
      if (targets[0] === 'guide') tally.repeats += notes.length - 1;
      else assert.equal(notes.length, 1, notes.join('\n'));
      assert.ok(notes.length >= 1);
      let annotated = 0;
      for await (const { action } of connections[0].auditEntries(ORGANIZATION, { snapshotId: id })) {
        if (action === 'annotated') annotated += 1;
      }
      assert.equal(annotated, 1, 'the audit says so once');
      await connections[0].markDeleted(ORGANIZATION, id, 'the end of the round', ADMIN);
    }
    assert.ok(posts.length === 0 || targets[0] === 'guide');
  }
});
