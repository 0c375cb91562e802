/** Takes tasks out of the outbox, a handful at a time, and does them: leased, written, settled. */

import { LeaseLost, RecordsError } from '../records/records.js';
import { createAnnotator } from './annotator.js';
import { decide } from './retry.js';
import { GenesysTrouble } from './trouble.js';

/** Between two looks at an empty outbox; more often where a lease is short, so that it is soon taken over. */
const POLL_MS = 1000;
/** After the outbox could not be read. */
const AWAY_MS = 5000;
/** At a time: each is some requests, one after the other. */
const AT_ONCE = 4;
/** What a task takes in most cases: the conversation, a case, its comments, the note. */
const REQUESTS_PER_TASK = 5;

/** @typedef {import('../records/records.js').Task} Task */
/** @typedef {import('./annotation.js').Stepped} Stepped */

/**
 * Tasks of other kinds wait until they are asked for.
 * @param {Pick<import('./annotation.js').AnnotationSettings, 'targets' | 'protectRecordings'>} settings
 * @returns {import('../records/records.js').TaskKind[]}
 */
export function kindsOf({ targets, protectRecordings }) {
  return [
    ...(targets.length > 0 ? [/** @type {const} */ ('annotation')] : []),
    ...(protectRecordings ? [/** @type {const} */ ('protection')] : []),
  ];
}

/**
 * @param {Required<Pick<import('./annotation.js').AnnotationOptions, 'settings' | 'records' | 'log' | 'metrics' | 'clock'>> &
 *   Pick<import('./annotation.js').AnnotationOptions, 'random' | 'pollMs' | 'at'> & {
 *   client: import('./client.js').GenesysClient, pace: ReturnType<typeof import('./pace.js').createPace> }} parts
 * @returns {import('./annotation.js').Annotation}
 */
export function createRelay(parts) {
  const { settings, records, log, metrics, clock, pace } = parts;
  const { random = Math.random, pollMs = Math.min(POLL_MS, settings.leaseMs / 4), at = () => {} } = parts;
  const annotator = createAnnotator({ ...parts, at });
  const kinds = kindsOf(settings);
  const closing = new AbortController();
  /** @type {Promise<void> | undefined} */
  let running;
  /** Ends the wait between two steps. @type {(() => void) | undefined} */
  let wake;

  /** @returns {Promise<Stepped>} */
  async function step() {
    /** @type {Stepped} */
    const stepped = { claimed: 0, done: 0, postponed: 0, failed: 0, lost: 0, waitMs: pace.waitMs(REQUESTS_PER_TASK) };
    if (closing.signal.aborted || stepped.waitMs > 0) return stepped;
    const limit = Math.max(1, Math.min(AT_ONCE, Math.floor(pace.free() / REQUESTS_PER_TASK)));
    let tasks;
    try {
      tasks = await records.claimTasks({ kinds, limit, leaseMs: settings.leaseMs });
    } catch (error) {
      log.error({ err: error }, 'the outbox cannot be read just now');
      return { ...stepped, waitMs: AWAY_MS };
    }
    stepped.claimed = tasks.length;
    for (const outcome of await Promise.all(tasks.map(work))) stepped[outcome] += 1;
    return stepped;
  }

  /** @param {Task} task @returns {Promise<'done' | 'postponed' | 'failed' | 'lost'>} */
  async function work(task) {
    /** @type {'done' | 'postponed' | 'failed' | 'lost'} */
    let outcome;
    try {
      await at('claimed', task);
      const settled = await annotator.perform(task);
      await at('annotated', task);
      await records.settleTask(task, settled);
      await at('acknowledged', task);
      outcome = 'done';
    } catch (error) {
      outcome = await recover(task, error).catch((failure) => {
        // Nothing could be written down: the lease runs out, and it is tried again.
        log.error({ err: failure, ...about(task) }, 'a task is left to its lease');
        return failure instanceof LeaseLost ? 'lost' : 'postponed';
      });
    }
    metrics.tasks.inc({ kind: task.kind, outcome });
    return outcome;
  }

  /** @param {Task} task @param {unknown} error @returns {Promise<'postponed' | 'failed' | 'lost'>} */
  async function recover(task, error) {
    if (error instanceof LeaseLost) {
      log.warn(about(task), 'another instance has taken this task over: its lease had run out');
      return 'lost';
    }
    // The lease gets it tried again: the database that is away cannot be told of it.
    if (error instanceof RecordsError) throw error;
    const isExpected = error instanceof GenesysTrouble;
    if (!isExpected) log.error({ err: error, ...about(task) }, 'a defect, while a task was done');
    const trouble = isExpected
      ? error.trouble
      : { kind: /** @type {const} */ ('transient'), reason: 'A defect: see the log' };
    const now = clock.now().getTime();
    const ageMs = now - Date.parse(task.triedAt);
    const verdict = decide(trouble, { attempts: task.attempts, ageMs, random: random() });
    if (verdict.what === 'again') {
      const { reason } = trouble;
      log.info(
        { ...about(task), reason, kind: trouble.kind, afterMs: Math.round(verdict.afterMs) },
        'a task has to wait',
      );
      await records.postponeTask(task, { dueAt: new Date(now + verdict.afterMs), reason, counts: verdict.counts });
      return 'postponed';
    }
    const reason = trouble.kind === 'permanent' ? trouble.reason : `Given up after a day: ${trouble.reason}`;
    if (!(await records.settleTask(task, { outcome: 'failed', reason }))) return 'postponed';
    log.error(
      { alert: `${task.kind}-dead`, ...about(task), reason },
      'Genesys was not told, and is not told by itself any more: put right what the reason says, then run “node main.js redrive”',
    );
    return 'failed';
  }

  async function run() {
    while (!closing.signal.aborted) {
      const { claimed, waitMs } = await step();
      if (claimed === 0) await pause(Math.max(pollMs, Math.min(waitMs, AWAY_MS)));
    }
  }

  /** @param {number} ms */
  function pause(ms) {
    if (closing.signal.aborted) return;
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        const timer = clock.setTimeout(resolve, ms);
        wake = () => {
          clock.clearTimeout(timer);
          resolve();
        };
      })
    );
  }

  return {
    start() {
      running ??= kinds.length === 0 ? undefined : run();
    },
    step,
    async stop() {
      closing.abort();
      wake?.();
      await running;
    },
  };
}

/** @param {Task} task */
function about({ kind, attempts, snapshot: { organizationId, id, interactionId } }) {
  return { task: kind, organizationId, id, interactionId, attempts };
}
