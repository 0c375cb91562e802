/** The reconciler in the service: on a timer, on one instance of all at a time; and as a command. */

import { Counter, Gauge } from 'prom-client';
import { createRetention } from '../custody/retention.js';
import { openRecords } from '../records/open.js';
import { openStorage } from '../storage/open.js';
import { createLog } from './log.js';
import { askedForFigure } from './metrics.js';
import { reconcile } from './reconcile.js';
import { testHooks } from './test-hooks.js';

/** How often an instance looks whether a pass is due: so soon another goes on where one has died in the middle. */
const LOOK_EVERY_MS = 60_000;

/** What the command's exit code says. */
export const EXIT = { nothingLeft: 0, somethingLeft: 1, busy: 2 };

/** @typedef {Omit<import('./reconcile.js').Options, 'report' | 'signal' | 'isDryRun'>} Parts */

/**
 * @param {Parts & { everyMs: number, log: import('fastify').FastifyBaseLogger, registry: import('prom-client').Registry,
 *   clock: Pick<import('../custody/retention.js').Clock, 'setTimeout' | 'clearTimeout'> }} options `everyMs`: 0 is never.
 */
export function createReconciler({ everyMs, log, registry, clock, ...parts }) {
  const registers = [registry];
  const findings = new Counter({
    name: 'caseframe_reconcile_findings_total',
    help: 'What the reconciler has found, by kind, and whether it was mended or left',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  // Of all instances, and from before this one's start: else one that has found nothing yet would say that nothing is left.
  new Gauge({
    name: 'caseframe_reconcile_left',
    help: 'What the last pass, on any instance, could not mend',
    registers,
    async collect() {
      setOrRemove(this, (await lastPass())?.left);
    },
  });
  new Gauge({
    name: 'caseframe_reconcile_last_pass_timestamp_seconds',
    help: 'When a pass ended last, on any instance',
    registers,
    async collect() {
      const at = (await lastPass())?.at;
      setOrRemove(this, at === undefined ? undefined : Date.parse(at) / 1000);
    },
  });
  const lastPass = () => askedForFigure(() => parts.records.lastPass());
  const closing = new AbortController();
  /** @type {unknown} */
  let timer;
  /** @type {Promise<unknown> | undefined} */
  let running;

  /** A pass, if one is due and no other instance is at it. It never throws: what failed is logged, and tried next time. */
  async function look() {
    try {
      return await parts.records.passAlone(everyMs, async () => {
        const summary = await reconcile({ ...parts, signal: closing.signal, report });
        if (summary.mended + summary.left > 0) log.warn(summary, 'reconciled');
        return summary.left;
      });
    } catch (error) {
      if (!closing.signal.aborted) log.error({ err: error }, 'a reconciliation was cut short: again in a minute');
      return 'failed';
    }
  }

  /** @param {import('./reconcile.js').Finding} finding */
  function report(finding) {
    findings.inc({ kind: finding.kind, outcome: finding.outcome }, finding.count ?? 1);
    if (finding.outcome === 'left') log.error(finding, 'rows and objects differ, and it cannot be mended');
    else log.warn(finding, 'rows and objects differed');
  }

  function schedule() {
    if (closing.signal.aborted || everyMs === 0) return;
    timer = clock.setTimeout(async () => {
      running = look();
      await running;
      schedule();
    }, LOOK_EVERY_MS);
  }

  return {
    look,
    start: schedule,
    async close() {
      closing.abort(new Error('The service ends'));
      clock.clearTimeout(timer);
      await running;
    },
  };
}

/** What is not known is no figure: a 0 would be one. @param {Gauge} gauge @param {number | undefined} value */
function setOrRemove(gauge, value) {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}

/**
 * `node main.js reconcile [--dry-run] [--force]`: a JSON object a line for each finding, and one for the sum.
 * @param {import('../main.js').CommandOptions} options @param {(line: string) => void} [print]
 * @returns {Promise<number>} One of `EXIT`.
 */
export async function reconcileCommand({ settings, environment, flags }, print = console.log) {
  const { now } = testHooks(environment, settings);
  const log = createLog({ level: settings.logLevel, secrets: settings.secrets });
  const records = await openRecords(settings.databaseUrl, { now, isThere: true });
  /** @type {import('../storage/storage.js').Storage | undefined} */
  let storage;
  try {
    await records.check();
    storage = await openStorage(settings.storageUrl, { env: environment, isThere: true });
    const clock = { now, setTimeout, clearTimeout };
    const { sweep } = createRetention({ records, storage, log, clock });
    let left = 0;
    const isDryRun = flags['dry-run'] === true;
    const pass = async () => {
      const summary = await reconcile({
        storage,
        records,
        sweep,
        now,
        graceMs: settings.reconcile.graceMs,
        protectRecordings: settings.annotation?.protectRecordings,
        isDryRun,
        isForced: flags.force,
        report: (finding) => print(JSON.stringify(finding)),
      });
      left = summary.left;
      print(JSON.stringify({ ...summary, isDryRun }));
      return left;
    };
    // A dry run has mended nothing: the service's own pass is as due as before.
    const outcome = await records.passAlone(0, pass, { isRemembered: !isDryRun });
    if (outcome === 'busy') {
      console.error('caseframe: another instance is reconciling just now: try again later');
      return EXIT.busy;
    }
    return left > 0 ? EXIT.somethingLeft : EXIT.nothingLeft;
  } finally {
    await records.close();
    await storage?.close();
  }
}
