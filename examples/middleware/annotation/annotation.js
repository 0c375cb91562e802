/**
 * Writes links to snapshots where agents look: on the call or on the case, in Genesys Cloud. What is to be written stands
 * in the outbox, beside the snapshot and from the same moment on; here it is claimed, written and settled. Any number of
 * instances do so at once: a lease keeps them off each other's rows, and whoever dies is taken over when it runs out.
 */

import { createGenesysClient } from './client.js';
import { createPace } from './pace.js';
import { createRelay } from './relay.js';
import { createToken } from './token.js';

/**
 * @typedef {'attributes' | 'case' | 'custom-attributes' | 'recording' | 'contact' | 'guide'} TargetName
 *
 * @typedef {object} AnnotationSettings
 * @property {TargetName[]} targets In the order in which they are tried. None: no notes.
 * @property {string} [schemaId] Of the custom attributes.
 * @property {boolean} protectRecordings A hold protects the call's recordings, too.
 * @property {string} publicUrl What links start with, without a final slash.
 * @property {string} apiUrl `https://api.{region}`
 * @property {string} loginUrl `https://login.{region}`
 * @property {string} clientId
 * @property {string} clientSecret
 * @property {number} requestsPerMinute Of this instance.
 * @property {number} leaseMs After it, another instance takes over what this one has left.
 *
 * @typedef {object} Clock
 * @property {() => Date} now
 * @property {(callback: () => void, ms: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 *
 * @typedef {'claimed' | 'annotating' | 'annotated' | 'acknowledged'} CrashPoint Leased; about to write; written; settled.
 *
 * @typedef {object} AnnotationOptions
 * @property {AnnotationSettings} settings
 * @property {import('../records/records.js').Records} records
 * @property {Pick<import('fastify').FastifyBaseLogger, 'info' | 'warn' | 'error'>} log
 * @property {import('./metrics.js').AnnotationMetrics} metrics
 * @property {Clock} [clock] Default: the machine's.
 * @property {() => number} [random] In [0, 1). Default: `Math.random`.
 * @property {number} [pollMs] Between two looks at an empty outbox. Default: a second, or a quarter of the lease.
 * @property {(point: CrashPoint, task: import('../records/records.js').Task) => unknown} [at] For tests: awaited at each
 *   boundary between two steps.
 *
 * @typedef {object} Stepped How many, of what was due.
 * @property {number} claimed
 * @property {number} done
 * @property {number} postponed To be tried again.
 * @property {number} failed Dead, until they are redriven.
 * @property {number} lost Taken over by another meanwhile.
 * @property {number} waitMs How long nothing can be claimed, because of the pace; else 0.
 *
 * @typedef {object} Annotation
 * @property {() => void} start Looks for what is due, again and again.
 * @property {() => Promise<Stepped>} step Claims what is due now, a handful at most, and works it through. It does not throw.
 * @property {() => Promise<void>} stop Claims nothing more, and waits for what is being worked on.
 */

/** @type {Clock} */
const REAL_CLOCK = {
  now: () => new Date(),
  setTimeout: (callback, ms) => setTimeout(callback, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** @param {AnnotationOptions} options @returns {Annotation} */
export function createAnnotation({ settings, records, log, metrics, clock = REAL_CLOCK, ...rest }) {
  const now = () => clock.now().getTime();
  const pace = createPace({ perMinute: settings.requestsPerMinute, now });
  const token = createToken(settings, { now, metrics, log });
  const client = createGenesysClient(settings, { token, pace, metrics });
  return createRelay({ settings, records, log, metrics, clock, client, pace, ...rest });
}
