/** Does one task: finds out what the conversation is just now, and tells Genesys what is to be told. */

import { LeaseLost } from '../records/records.js';
import { choose, stateOf } from './choice.js';
import { conversationPath, createTargets, findAttribute } from './targets.js';
import { GenesysTrouble } from './trouble.js';

/** What there is nothing of, in words. */
const MISSING = {
  attributes: 'the call has ended or everybody has left it',
  case: 'no case is associated with the conversation',
  'custom-attributes': 'the conversation takes no custom attributes',
  recording: 'there is no recording',
  contact: 'the customer has no contact',
  guide: 'there is no such endpoint',
};

/** @typedef {import('../records/records.js').Task} Task */
/** @typedef {import('./client.js').GenesysRequest} GenesysRequest */

/**
 * @param {Required<Pick<import('./annotation.js').AnnotationOptions, 'settings' | 'records' | 'metrics' | 'clock' | 'at'>> & {
 *   client: import('./client.js').GenesysClient }} parts
 */
export function createAnnotator({ settings, records, metrics, clock, client, at }) {
  const targets = createTargets(settings);
  const now = () => clock.now().getTime();

  /**
   * @param {Task} task
   * @returns {Promise<import('../records/records.js').TaskOutcome>}
   * @throws {GenesysTrouble | LeaseLost}
   */
  async function perform(task) {
    const lease = keepLease(task);
    if (task.kind === 'protection') return protect(task, lease);
    if (task.snapshot.state === 'deleted') return { outcome: 'dropped', reason: 'It was deleted before' };
    return annotate(task, lease);
  }

  /** Renewed as often as it takes, so that no request outlasts it: a request takes half of it at most. @param {Task} task */
  function keepLease(task) {
    let since = Date.parse(task.leaseUntil) - settings.leaseMs;
    /** @param {string} [target] */
    async function renew(target) {
      since = now();
      if (await records.renewTask(task, settings.leaseMs, target)) return;
      throw new LeaseLost('Another has taken this task over');
    }
    return {
      /** @param {GenesysRequest} request */
      async ask(request) {
        if (now() - since > settings.leaseMs / 4) await renew();
        return client.ask(request);
      },
      /** @param {string} target What a repeat has to look at first, whatever the conversation is by then. */
      async aboutToWrite(target) {
        await renew(target);
        await at('annotating', task);
      },
    };
  }

  /** @typedef {ReturnType<typeof keepLease>} Lease */

  /** @param {Task} task @param {Lease} lease @returns {Promise<import('../records/records.js').TaskOutcome>} */
  async function annotate({ snapshot, target: last }, lease) {
    const isGuide = settings.targets.includes('guide');
    const conversation = isGuide ? {} : await lease.ask({ method: 'GET', path: conversationPath(snapshot) });
    const state = stateOf(conversation, now());
    // Also after the end, when attributes are written no more.
    const attribute = findAttribute(settings.publicUrl, conversation, snapshot);
    if (attribute !== undefined) return done('attributes', attribute);
    const order = [...settings.targets].sort((a, b) => Number(b === last) - Number(a === last));
    /** @type {Set<import('./annotation.js').TargetName>} */
    const missing = new Set();
    for (;;) {
      const choice = choose(order, state, missing);
      if ('wait' in choice) throw new GenesysTrouble({ kind: 'waiting', reason: `So far ${MISSING[choice.wait]}` });
      if ('nothing' in choice) {
        const reason = `There is nothing to write to: ${settings.targets.map((name) => MISSING[name]).join(', ')}`;
        throw new GenesysTrouble({ kind: 'permanent', reason });
      }
      const { target } = choice;
      const written = await targets[target]({
        snapshot,
        conversation,
        ask: lease.ask,
        aboutToWrite: () => lease.aboutToWrite(target),
      }).catch((error) => {
        // What was there a moment ago has gone.
        if (error instanceof GenesysTrouble && error.trouble.status === 404 && target !== 'guide') return undefined;
        throw error;
      });
      if (written !== undefined) return done(target, written);
      missing.add(target);
    }
  }

  /**
   * @param {import('./annotation.js').TargetName} target @param {import('./targets.js').Written} written
   * @returns {import('../records/records.js').TaskOutcome}
   */
  function done(target, written) {
    metrics.notes.inc({ target, how: written.how });
    return { outcome: 'done', details: { target, ...written } };
  }

  /** @param {Task} task @param {Lease} lease @returns {Promise<import('../records/records.js').TaskOutcome>} */
  async function protect({ snapshot, interactionHeld }, lease) {
    await lease.aboutToWrite('recordings');
    const answer = await lease.ask({
      method: 'PUT',
      path: `/recordings/deletionprotection?protect=${interactionHeld}`,
      body: { conversationIds: [snapshot.interactionId] },
      writes: true,
    });
    const [failed] = Array.isArray(answer?.failedUpdates) ? answer.failedUpdates : [];
    if (failed === undefined) return { outcome: 'done', details: { interactionId: snapshot.interactionId } };
    // Recordings that are still being made: later they are there.
    const why = failed.errorMessage ?? failed.errorCode ?? 'no reason given';
    throw new GenesysTrouble({ kind: 'transient', reason: `The recordings’ protection was not changed: ${why}` });
  }

  return { perform };
}
