/** Figures of the notes. No label names a person, an interaction or an organisation. */

import { Counter, Gauge } from 'prom-client';
import { askedForFigure } from '../operations/metrics.js';
import { kindsOf } from './relay.js';

/** @typedef {ReturnType<typeof createAnnotationMetrics>} AnnotationMetrics */

/**
 * @param {import('prom-client').Registry} registry
 * @param {object} parts
 * @param {Pick<import('../records/records.js').Records, 'countTasks'>} parts.records
 * @param {Parameters<typeof kindsOf>[0]} parts.settings
 * @param {() => Date} parts.now
 */
export function createAnnotationMetrics(registry, { records, settings, now }) {
  const registers = [registry];
  const kinds = kindsOf(settings);
  /** Of the scrape that is under way: both gauges are of one moment. @type {Promise<Awaited<ReturnType<typeof records.countTasks>> | undefined> | undefined} */
  let counted;

  async function countOnce() {
    counted ??= askedForFigure(() => records.countTasks(kinds)).finally(() => {
      counted = undefined;
    });
    return (await counted) ?? [];
  }

  new Gauge({
    name: 'caseframe_outbox_oldest_seconds',
    help: 'How long the oldest one has been waiting',
    labelNames: ['kind'],
    registers,
    async collect() {
      const counts = await countOnce();
      this.reset();
      for (const { kind, state, oldest } of counts) {
        if (state === 'queued') this.set({ kind }, Math.max(0, (now().getTime() - Date.parse(oldest)) / 1000));
      }
    },
  });
  new Gauge({
    name: 'caseframe_outbox_tasks',
    help: 'Notes and protections that are waiting (queued) or given up (dead), on all instances',
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      const counts = await countOnce();
      this.reset();
      for (const { kind, state, count } of counts) this.set({ kind, state }, count);
    },
  });
  return {
    tasks: new Counter({
      name: 'caseframe_outbox_outcomes_total',
      help: 'What came of each attempt: done, postponed, failed or lost to another instance',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    notes: new Counter({
      name: 'caseframe_annotations_total',
      help: 'Notes, by where they were written; found: it was there already',
      labelNames: ['target', 'how'],
      registers,
    }),
    requests: new Counter({
      name: 'caseframe_genesys_requests_total',
      help: 'Requests to Genesys by status; 0: no answer',
      labelNames: ['status'],
      registers,
    }),
    tokens: new Counter({
      name: 'caseframe_genesys_tokens_total',
      help: 'Tokens that were asked for, by what came of it',
      labelNames: ['outcome'],
      registers,
    }),
  };
}
