/**
 * Never a picture of A under the id of B: two customers who send different colours, an agent who switches between them
 * at every stage of hundreds of captures, at random times, and the colour of every file that came of it.
 * All but the first with a source that was made ready: frames from before the click count, and more switches come
 * between them and the click. `CASEFRAME_SEED=<the number printed>` runs the same switches again.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { colorOf, useGenesysLab } from './genesys-lab.js';

const seed = Number(process.env.CASEFRAME_SEED ?? randomInt(2 ** 31));
const run = useGenesysLab();

/**
 * @param {import('node:test').TestContext} t
 * @param {any[]} outcomes
 * @param {RegExp} expected The codes that a switch may lead to.
 * @returns {Promise<Record<string, number>>} How often each came.
 */
async function tally(t, outcomes, expected) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const outcome of outcomes) {
    const { code = 'captured', stage, color } = outcome;
    counts[code] = (counts[code] ?? 0) + 1;
    if (outcome.code) assert.match(code, expected, `${stage}: ${outcome.message} (CASEFRAME_SEED=${seed})`);
    else
      assert.equal(
        await colorOf(outcome.jpeg),
        color,
        `${stage}, filed under ${outcome.interactionId} (CASEFRAME_SEED=${seed})`,
      );
  }
  t.diagnostic(`seed ${seed}: ${JSON.stringify(counts)}`);
  return counts;
}

test('the SDK’s conversations switch places under 300 captures', async (t) => {
  const outcomes = await run(
    async (seed) => {
      const random = genesys.randomFrom(seed);
      const agent = await genesys.createAgent();
      const [red, blue] = [await genesys.join(agent, 'A', 'red'), await genesys.join(agent, 'B', 'blue')];
      const source = genesys.fromWebrtcSdk(agent.sdk);
      const capture = lab.createCapture();
      await capture.ready();
      for (const interactionId of ['A', 'B']) await capture.snapshot(source, { interactionId, timeoutMs: 15000 });

      // The SDK itself moves a live session to another conversation when the server says so.
      const swap = () => {
        const { conversationId } = red.session;
        red.session.conversationId = blue.session.conversationId;
        blue.session.conversationId = conversationId;
      };
      const outcomes = [];
      for (let i = 0; i < 300; i += 1) {
        const stage = ['none', 'before', 'consent', 'detect', 'timer', 'timer', 'timer', 'two timers'][
          Math.floor(random() * 8)
        ];
        const interactionId = random() < 0.5 ? 'A' : 'B';
        const delays = [random() * 90, random() * 90];
        if (stage === 'before') swap();
        const color = red.session.conversationId === interactionId ? 'red' : 'blue';
        const hooks = {
          consent: { beforeCapture: async () => swap() },
          detect: {
            detect: async () => {
              swap();
              return [];
            },
          },
        }[stage];
        const taking = lab.outcome(capture.snapshot(source, { interactionId, timeoutMs: 10000, ...hooks }));
        const timers = { timer: 1, 'two timers': 2 }[stage] ?? 0;
        await Promise.all(delays.slice(0, timers).map((delay) => lab.sleep(delay).then(swap)));
        outcomes.push({ ...(await taking), stage, color });
      }
      capture.dispose();
      return outcomes;
    },
    { argument: seed },
  );
  assert.equal(outcomes.length, 300);
  const counts = await tally(t, outcomes, /^interaction-changed$/);
  assert.ok(counts.captured >= 60, 'most captures come through');
  const caught = outcomes.filter(({ stage, code }) => code && stage.includes('timer')).length;
  assert.ok(caught >= 10, `some are caught by a switch on the way: ${caught}`);
  for (const { stage, code } of outcomes) {
    if (stage === 'consent') assert.equal(code, 'interaction-changed');
    if (stage === 'none' || stage === 'before') assert.equal(code, undefined, `${code} though nothing switched`);
  }
});

test('conversations end and come back under 20 captures', async (t) => {
  const outcomes = await run(
    async (seed) => {
      const random = genesys.randomFrom(seed);
      const agent = await genesys.createAgent();
      const source = genesys.fromWebrtcSdk(agent.sdk);
      const capture = lab.createCapture();
      await capture.ready(source);
      const colors = { A: 'red', B: 'blue' };
      let current = await genesys.join(agent, 'A', 'red');
      const outcomes = [];
      // Where the machine is so busy that next to none comes in time there are more of them, with more time for each.
      const hasFew = () => outcomes.filter(({ code }) => !code).length < 5;
      for (let i = 0; i < 20 || (i < 80 && hasFew()); i += 1) {
        const before = current;
        const next = before.conversationId === 'A' ? 'B' : 'A';
        const overlap = random() < 0.5;
        const joined = overlap ? await genesys.join(agent, next, colors[next]) : undefined;
        const taking = [];
        for (const [kind, options] of [
          ['any', {}],
          ['named', { interactionId: before.conversationId }],
        ]) {
          taking.push(
            lab
              .outcome(capture.snapshot(source, { timeoutMs: 15000, ...options }))
              .then((o) => ({ ...o, stage: `${kind} ${overlap}` })),
          );
        }
        await lab.sleep(random() * 120 * Math.ceil((i + 1) / 20));
        await before.end();
        current = joined ?? (await genesys.join(agent, next, colors[next]));
        for (const outcome of await Promise.all(taking))
          outcomes.push({ ...outcome, color: colors[outcome.interactionId] });
        before.sending.stop();
      }
      capture.dispose();
      return outcomes;
    },
    { argument: seed + 1 },
  );
  const counts = await tally(t, outcomes, /^(interaction-changed|interaction-ambiguous|stream-ended)$/);
  assert.ok(counts.captured >= 5, JSON.stringify(counts));
});

test('the server puts another participant on the same track under 25 captures', async (t) => {
  const outcomes = await run(
    async (seed) => {
      const random = genesys.randomFrom(seed);
      const agent = await genesys.createAgent();
      const source = genesys.fromWebrtcSdk(agent.sdk);
      const customers = ['red', 'blue'].map((participantId) => ({ participantId }));
      const call = await genesys.join(agent, 'A', 'red', { customers });
      const senders = { red: call.sending, blue: genesys.sender('blue') };
      const capture = lab.createCapture();
      await capture.ready(source);
      // As a server does it: it tells who comes, then their picture takes the other's place.
      const show = async (color) => {
        const appId = { sourceParticipantId: color };
        await call.tellStreams([{ sinkTrackId: call.track.id, appId, contentType: 'camera' }]);
        await call.camera.sender.replaceTrack(senders[color].track);
      };
      const isTold = () =>
        source
          .targets()
          .map(({ participantId }) => participantId)
          .join() === color;
      let color = 'red';
      await show(color);
      await genesys.until(isTold, color);
      const outcomes = [];
      // On a busy machine more of them, with more time for each, as above.
      const hasFew = () =>
        [undefined, 'stream-ended'].some((code) => outcomes.filter((outcome) => outcome.code === code).length < 3);
      for (let i = 0; i < 25 || (i < 100 && hasFew()); i += 1) {
        const taking = lab.outcome(capture.snapshot(source, { timeoutMs: 10000 }));
        await lab.sleep(random() * 1000 * Math.ceil((i + 1) / 25));
        color = color === 'red' ? 'blue' : 'red';
        await show(color);
        const outcome = await taking;
        outcomes.push({ ...outcome, stage: 'same track', color: outcome.participantId });
        await lab.sleep(random() * 100);
      }
      await genesys.until(isTold, color);
      outcomes.push({ ...(await lab.outcome(capture.snapshot(source, { timeoutMs: 10000 }))), stage: 'last', color });
      capture.dispose();
      return outcomes;
    },
    { argument: seed + 2 },
  );
  const counts = await tally(t, outcomes, /^stream-ended$/);
  assert.equal(outcomes[outcomes.length - 1].code, undefined);
  assert.ok(counts['stream-ended'] >= 3 && counts.captured >= 3, JSON.stringify(counts));
});

test('guide’s VideoClient: the agent turns from one interaction to the other under 300 captures', async (t) => {
  const outcomes = await run(
    async (seed) => {
      const random = genesys.randomFrom(seed);
      const calls = {
        A: await lab.startCall({ width: 320, height: 180 }),
        B: await lab.startCall({ width: 320, height: 180 }),
      };
      const colors = { A: 'red', B: 'blue' };
      calls.A.sending.show('rgb(200, 40, 40)');
      calls.B.sending.show('rgb(40, 60, 200)');
      for (const [id, color] of [
        ['A', [200, 40, 40]],
        ['B', [40, 60, 200]],
      ]) {
        await lab.ramped(calls[id].track, 160);
        const witness = await lab.createWitness(calls[id]);
        await lab.until(calls[id], () => witness.shows(color));
        witness.end();
      }

      const client = genesys.createVideoClient();
      const source = genesys.fromVideoClient(client);
      const capture = lab.createCapture();
      await capture.ready(source);
      let visits = 0;
      let there;
      const steps = {
        leave() {
          if (there) client.emit('participant-removed', there);
        },
        set(id) {
          client.interaction = { id };
        },
        join(id) {
          visits += 1;
          const participant = { id: `visit ${visits}`, isRemote: true, streams: [] };
          client.emit('participant-added', participant);
          participant.streams.push({ type: 'video', mediaStream: calls[id].stream });
          client.emit('stream-added', participant, participant.streams[0]);
          return participant;
        },
      };
      // Everything but joining the wrong interaction can happen in any order, and at different times.
      const orders = [
        ['leave', 'set', 'join'],
        ['set', 'leave', 'join'],
        ['set', 'join', 'leave'],
      ];
      let current = 'B';
      async function turn() {
        const next = current === 'A' ? 'B' : 'A';
        const inOneTurn = random() < 0.5;
        let joined;
        for (const step of orders[Math.floor(random() * orders.length)]) {
          joined = steps[step](next) ?? joined;
          if (!inOneTurn) await lab.sleep(random() * 25);
        }
        there = joined;
        current = next;
      }
      await turn();
      const outcomes = [];
      for (let i = 0; i < 300; i += 1) {
        const stage = ['none', 'consent', 'detect', 'timer', 'timer', 'timer'][Math.floor(random() * 6)];
        let turning;
        const hooks = {
          consent: { beforeCapture: () => turn() },
          detect: { detect: () => turn().then(() => []) },
        }[stage];
        const taking = lab.outcome(capture.snapshot(source, { timeoutMs: 10000, ...hooks }));
        if (stage === 'timer') {
          await lab.sleep(random() * 90);
          turning = turn();
        }
        // Some begin in the middle of a turn.
        const another = random() < 0.3 ? lab.outcome(capture.snapshot(source, { timeoutMs: 10000 })) : undefined;
        for (const outcome of await Promise.all([taking, another])) {
          if (outcome) outcomes.push({ ...outcome, stage, color: colors[outcome.interactionId] });
        }
        await turning;
      }
      source.dispose();
      capture.dispose();
      for (const call of Object.values(calls)) call.end();
      return outcomes;
    },
    { argument: seed + 3 },
  );
  assert.ok(outcomes.length >= 300);
  const counts = await tally(t, outcomes, /^(interaction-changed|interaction-ambiguous|stream-ended|no-source)$/);
  assert.ok(counts.captured >= 60, JSON.stringify(counts));
  assert.ok(counts['interaction-changed'] >= 10, JSON.stringify(counts));
  for (const { stage, code, interactionId } of outcomes) if (!code) assert.ok(interactionId, stage);
});
