/** Figures of the notes. No label names a person, an interaction or an organisation. */

import { Counter, Gauge } from 'prom-client';

/** @typedef {ReturnType<typeof createAnnotationMetrics>} AnnotationMetrics */

/**
 * @param {import('prom-client').Registry} registry
 * @param {Pick<import('../records/records.js').Records, 'countTasks'>} records
 * @param {() => Date} now
 */
export function createAnnotationMetrics(registry, records, now) {
  const registers = [registry];
  const oldest = new Gauge({
    name: 'caseframe_outbox_oldest_seconds',
    help: 'How long the oldest one has been waiting',
    labelNames: ['kind'],
    registers,
  });
  new Gauge({
    name: 'caseframe_outbox_tasks',
    help: 'Notes and protections that are waiting (queued) or given up (dead), on all instances',
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      this.reset();
      oldest.reset();
      // A database that is away is told by /readyz; the other figures are still good.
      for (const { kind, state, count, oldest: since } of await records.countTasks().catch(() => [])) {
        this.set({ kind, state }, count);
        if (state === 'queued') oldest.set({ kind }, Math.max(0, (now().getTime() - Date.parse(since)) / 1000));
      }
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
