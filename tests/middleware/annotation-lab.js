/** A relay to test, on records and a Genesys of its own, with a clock that stands still until it is told. */

import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { createAnnotation } from '../../examples/middleware/annotation/annotation.js';
import { createAnnotationMetrics } from '../../examples/middleware/annotation/metrics.js';

export const CLIENT = { id: randomUUID(), secret: 'the-secret-of-the-client' };
export const ORGANIZATION = 'acme';
export const PUBLIC_URL = 'https://snapshots.example/base';

/** @typedef {import('./records-lab.js').Records} Records */
/** @typedef {Awaited<ReturnType<typeof import('./servers/genesys.js').startGenesys>>} Genesys */

/** The client is known there, and nothing is limited. @param {Genesys} genesys */
export function admitClient(genesys) {
  genesys.clients.set(CLIENT.id, { secret: CLIENT.secret, organizationId: ORGANIZATION });
  genesys.setLimit(Number.POSITIVE_INFINITY);
}

/**
 * @param {object} options
 * @param {Records} options.records @param {Genesys} options.genesys
 * @param {ReturnType<typeof import('./records-lab.js').createClock>} options.clock
 * @param {Partial<import('../../examples/middleware/annotation/annotation.js').AnnotationSettings>} [options.settings]
 * @param {import('../../examples/middleware/annotation/annotation.js').AnnotationOptions['at']} [options.at]
 * @param {() => number} [options.random]
 */
export function createRelayLab({ records, genesys, clock, settings = {}, at, random = () => 0.5 }) {
  /** @type {{ level: string, about: any, message: string }[]} */
  const log = [];
  /** @param {string} level */
  const line = (level) => (/** @type {any} */ about, /** @type {string} */ message) =>
    log.push({ level, about, message });
  const registry = new Registry();
  /** @type {import('../../examples/middleware/annotation/annotation.js').AnnotationSettings} */
  const all = {
    targets: ['attributes', 'case'],
    protectRecordings: false,
    publicUrl: PUBLIC_URL,
    apiUrl: genesys.url,
    loginUrl: genesys.url,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    requestsPerMinute: 1_000_000,
    leaseMs: 60_000,
    ...settings,
  };
  const metrics = createAnnotationMetrics(registry, { records, settings: all, now: clock.date });
  const annotation = createAnnotation({
    settings: all,
    records,
    log: /** @type {any} */ ({ info: line('info'), warn: line('warn'), error: line('error') }),
    metrics,
    clock: { now: clock.date, setTimeout: (callback, ms) => setTimeout(callback, ms), clearTimeout },
    random,
    at,
  });
  return { ...annotation, log, registry, metrics };
}
