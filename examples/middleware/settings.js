/**
 * What the environment and the command line ask for, checked before anything starts: all mistakes at once, a sentence
 * each. No sentence repeats a value that may be a secret.
 */

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isToken } from './identity/identity.js';
import { REGIONS } from './identity/regions.js';
import { parseStaticKeys } from './identity/static-keys.js';
import { isLoopback } from './loopback.js';
import { parseDatabaseUrl } from './records/url.js';
import { readAnnotation, TARGETS } from './settings-annotation.js';
import {
  DEFAULT_PORT,
  parseAddress,
  parseHost,
  parseList,
  parseOrigin,
  parsePorts,
  parsePublicUrl,
  parseRetention,
  parseWhole,
  secretsOf,
  urlSecrets,
} from './settings-values.js';
import { parseStorageUrl } from './storage/url.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Every name, in the order of `--help` and `.env.example`. */
export const NAMES = /** @type {const} */ ({
  PORT: `where it listens; 0 is any free port (default ${DEFAULT_PORT}, or the next free one)`,
  HOST: 'the address it listens on (default 127.0.0.1: only this machine reaches it)',
  PUBLIC_URL: 'what links to snapshots start with, when a proxy stands in front',
  ALLOWED_ORIGINS: 'origins of pages that may call it, separated by commas',
  FRAME_ANCESTORS: 'origins of pages that may show the widget in a frame (default: https://apps.<GENESYS_REGION>)',
  STORAGE_URL: 'file:…, s3://bucket/prefix?region=…, azure://account/container or gs://bucket/prefix',
  DATABASE_URL: 'sqlite:… or postgres://…',
  RETENTION_DAYS: 'days a snapshot is kept, then exceptions: 30,<organisation id>=90 (default 30)',
  STATIC_KEYS: 'key=agentId:role, separated by commas; roles agent, supervisor, admin',
  GENESYS_REGION: 'such as mypurecloud.de: agents come with their Genesys Cloud access token',
  GENESYS_ORGANIZATIONS: 'ids of the organisations that may use it, separated by commas',
  GENESYS_OAUTH_CLIENTS: 'ids of the OAuth clients whose tokens are accepted, separated by commas',
  GENESYS_SUPERVISOR_ROLES: 'who is a supervisor: role names or ids, or permissions such as recording:recording:view',
  GENESYS_ADMIN_ROLES: 'who is an admin, likewise',
  GENESYS_CLIENT_ID: "the service's own OAuth client (client credentials), for notes on calls and cases",
  GENESYS_CLIENT_SECRET: 'its secret',
  GENESYS_CUSTOM_ATTRIBUTES_SCHEMA: 'id of the conversation schema of the target custom-attributes',
  GENESYS_REQUESTS_PER_MINUTE: 'of this instance to Genesys, for notes (default 300, the limit of one OAuth client)',
  ANNOTATE: `where notes go: off (default), auto, or some of ${TARGETS.join(', ')}, in the order in which they are tried`,
  ANNOTATE_LEASE_SECONDS: 'after a crash another instance writes what was under way once this is out (default 60)',
  PROTECT_RECORDINGS: "on: a legal hold protects the call's recordings in Genesys, too (default off)",
  MAX_FILE_BYTES: 'the largest file (default 16777216)',
  MAX_PIXELS: 'the most pixels of a picture (default 33177600, 8K UHD)',
  UPLOADS_PER_MINUTE: 'of one agent, on one instance (default 600)',
  UPLOAD_TIMEOUT_SECONDS: 'the longest a request may take to arrive (default 60)',
  UPLOAD_LEASE_SECONDS: 'how long an upload is its own before a repeat takes it over (default 20)',
  DRAIN_SECONDS: 'how long requests under way may take after SIGTERM (default 20)',
  DRAIN_NOTICE_SECONDS: 'how long it goes on taking requests after SIGTERM, not ready any more (default 0)',
  RECONCILE_HOURS: 'how often rows and objects are compared; 0 is never (default 24)',
  RECONCILE_GRACE_MINUTES: 'how old a difference has to be (default 1440)',
  METRICS_KEY:
    'opens /metrics to Authorization: Bearer; without it only this machine sees them, with PUBLIC_URL nobody',
  LOG_LEVEL: `one of ${LOG_LEVELS.join(', ')} (default warn)`,
});

/** @typedef {keyof typeof NAMES} Name */

/**
 * @typedef {object} Limits
 * @property {number} maxFileBytes
 * @property {number} maxPixels
 * @property {number} uploadsPerMinute Of one agent.
 * @property {number} requestTimeoutMs From its first byte to its last.
 * @property {number} leaseMs
 * @property {number} drainMs
 * @property {number} noticeMs
 *
 * @typedef {object} GenesysSettings
 * @property {string} baseUrl Of the Platform API.
 * @property {string} loginUrl Where tokens are issued.
 * @property {ReadonlySet<string>} organizations
 * @property {ReadonlySet<string>} oauthClients
 * @property {ReadonlySet<string>} supervisorRoles Names, ids or permissions.
 * @property {ReadonlySet<string>} adminRoles
 *
 * @typedef {object} Settings
 * @property {number[]} ports Tried one after the other.
 * @property {string} host
 * @property {string} [publicUrl] Without a final slash.
 * @property {string[]} allowedOrigins
 * @property {string[]} frameAncestors Of the widget, beside its own origin.
 * @property {string} storageUrl
 * @property {string} databaseUrl
 * @property {{ days: number, organizations: ReadonlyMap<string, number> }} retention
 * @property {{ staticKeys: import('./identity/static-keys.js').StaticKey[], genesys?: GenesysSettings, demo: boolean,
 *   demoKey?: string }} identity
 *   `demo`: nothing else is configured, and only this machine reaches it.
 * @property {import('./annotation/annotation.js').AnnotationSettings} [annotation] What is told to Genesys, and where.
 * @property {Limits} limits
 * @property {{ everyMs: number, graceMs: number }} reconcile `everyMs`: 0 is never.
 * @property {string} [metricsKey]
 * @property {string} logLevel
 * @property {string[]} secrets What must never be printed.
 */

/** All that is wrong, a sentence each. */
export class SettingsError extends Error {
  /** @param {string[]} mistakes */
  constructor(mistakes) {
    super(mistakes.join('\n'));
    this.name = 'SettingsError';
    this.mistakes = mistakes;
  }
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {{ port?: string, host?: string, data?: string, 'public-url'?: string }} [flags] They win.
 * @returns {Settings}
 * @throws {SettingsError}
 */
export function readSettings(environment, flags = {}) {
  /** @type {string[]} */
  const mistakes = [];
  /** @param {Name} name An empty value is none: so do the shell and Compose. */
  const text = (name) => environment[name]?.trim() || undefined;

  /**
   * @template T
   * @param {T} fallback Where it is wrong. @param {() => T} read
   */
  const checked = (fallback, read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      mistakes.push(...error.message.split('\n'));
      return fallback;
    }
  };
  /** @param {Name} name @param {number} fallback @param {number} least @param {number} most */
  const whole = (name, fallback, least, most) =>
    checked(fallback, () => parseWhole(name, text(name), fallback, least, most));
  /** @param {Name} name */
  const list = (name) => parseList(text(name));

  const ports = checked([0], () => parsePorts(flags.port ?? text('PORT')));
  const host = checked('127.0.0.1', () => parseHost(flags.host ?? text('HOST')));
  const publicUrl = checked(undefined, () => parsePublicUrl(flags['public-url'] ?? text('PUBLIC_URL')));
  const allowedOrigins = list('ALLOWED_ORIGINS').map((origin) =>
    checked(origin, () => parseOrigin('ALLOWED_ORIGINS', origin)),
  );
  const region = text('GENESYS_REGION');
  const frameAncestors =
    text('FRAME_ANCESTORS') === undefined && region !== undefined
      ? [`https://apps.${region}`] // Where agents have their desktop (purecloud-client-app-sdk, env.ts).
      : list('FRAME_ANCESTORS').map((origin) => checked(origin, () => parseOrigin('FRAME_ANCESTORS', origin)));
  if (flags.data === '') mistakes.push('--data has to name a folder');
  const data = resolve(flags.data ?? fileURLToPath(new URL('../../data', import.meta.url)));
  const storageUrl = checked('', () =>
    parseAddress(
      // A folder's own percent sign is none of the address'.
      text('STORAGE_URL') ?? `file:${join(data, 'objects').replace(/[%?#]/g, encodeURIComponent)}`,
      parseStorageUrl,
    ),
  );
  const databaseUrl = checked('', () =>
    parseAddress(text('DATABASE_URL') ?? `sqlite:${join(data, 'records.sqlite')}`, parseDatabaseUrl),
  );
  const retention = checked({ days: 30, organizations: new Map() }, () => parseRetention(text('RETENTION_DAYS')));
  const staticKeys = checked([], () => parseStaticKeys(text('STATIC_KEYS')));
  const genesys = readGenesys(text, list, mistakes, environment);
  const limits = {
    maxFileBytes: whole('MAX_FILE_BYTES', 16 * 1024 * 1024, 1, 256 * 1024 * 1024),
    maxPixels: whole('MAX_PIXELS', 7680 * 4320, 1, 65_535 * 65_535),
    uploadsPerMinute: whole('UPLOADS_PER_MINUTE', 600, 1, 1_000_000),
    requestTimeoutMs: 1000 * whole('UPLOAD_TIMEOUT_SECONDS', 60, 1, 3600),
    leaseMs: 1000 * whole('UPLOAD_LEASE_SECONDS', 20, 1, 3600),
    drainMs: 1000 * whole('DRAIN_SECONDS', 20, 0, 3600),
    noticeMs: 1000 * whole('DRAIN_NOTICE_SECONDS', 0, 0, 3600),
  };
  const reconcile = {
    everyMs: 3_600_000 * whole('RECONCILE_HOURS', 24, 0, 8760),
    graceMs: 60_000 * whole('RECONCILE_GRACE_MINUTES', 1440, 10, 525_600),
  };
  const logLevel = text('LOG_LEVEL') ?? 'warn';
  if (!LOG_LEVELS.includes(logLevel)) mistakes.push(`LOG_LEVEL has to be one of ${LOG_LEVELS.join(', ')}`);
  const metricsKey = text('METRICS_KEY');
  if (metricsKey !== undefined && !isToken(metricsKey)) {
    mistakes.push('METRICS_KEY has a character that does not go into an Authorization header, or too many');
  }
  const api = genesys && { apiUrl: genesys.baseUrl, loginUrl: genesys.loginUrl };
  const annotation = readAnnotation({ text, whole, mistakes, region: api, publicUrl });

  // By the names, not by what came of them: a key that is misspelt is no demo.
  const demo = text('STATIC_KEYS') === undefined && region === undefined;
  if (demo) mistakes.push(...whatNeedsIdentity({ host, allowedOrigins, frameAncestors, publicUrl }));
  // Of `npm run start:scaled`, whose instances are one demo.
  const demoKey = demo ? environment.CASEFRAME_DEMO_KEY : undefined;
  if (demoKey !== undefined && !/^[\w-]{43}$/.test(demoKey))
    mistakes.push('CASEFRAME_DEMO_KEY has to be 32 bytes in base64url');
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return {
    ports,
    host,
    publicUrl,
    allowedOrigins,
    frameAncestors,
    storageUrl,
    databaseUrl,
    retention,
    identity: { staticKeys, genesys, demo, ...(demoKey === undefined ? {} : { demoKey }) },
    annotation,
    limits,
    reconcile,
    metricsKey,
    logLevel,
    secrets: secretsOf([
      metricsKey,
      text('STATIC_KEYS'),
      text('GENESYS_CLIENT_SECRET'),
      ...(text('STATIC_KEYS') ?? '').split(',').map((entry) => entry.trim().replace(/=[^=]*$/, '')),
      ...urlSecrets(storageUrl),
      ...urlSecrets(databaseUrl),
      ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AZURE_CLIENT_SECRET', 'AZURE_STORAGE_KEY', 'PGPASSWORD'].map(
        (name) => environment[name],
      ),
      environment.AZURE_STORAGE_CONNECTION_STRING?.match(/AccountKey=([^;]+)/)?.[1],
    ]),
  };
}

/** How long an organisation's snapshots are kept. @param {Settings['retention']} retention @param {string} organizationId */
export function retentionDays({ days, organizations }, organizationId) {
  return organizations.get(organizationId.toLowerCase()) ?? days;
}

/**
 * Never open by default.
 * @param {{ host: string, allowedOrigins: string[], frameAncestors: string[], publicUrl?: string }} reach
 */
function whatNeedsIdentity({ host, allowedOrigins, frameAncestors, publicUrl }) {
  const needs = [];
  const who = 'configure who may use it first, by STATIC_KEYS or GENESYS_REGION';
  if (!isLoopback(host)) needs.push(`HOST is reached from other machines: ${who}`);
  if (allowedOrigins.length > 0) needs.push(`ALLOWED_ORIGINS lets other pages in: ${who}`);
  if (frameAncestors.length > 0) needs.push(`FRAME_ANCESTORS lets other pages show the widget: ${who}`);
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname)) {
    needs.push(`PUBLIC_URL is another machine's: ${who}`);
  }
  return needs;
}

/**
 * @param {(name: Name) => string | undefined} text @param {(name: Name) => string[]} list @param {string[]} mistakes
 * @param {NodeJS.ProcessEnv} environment
 * @returns {GenesysSettings | undefined}
 */
function readGenesys(text, list, mistakes, environment) {
  if ((text('GENESYS_CLIENT_ID') === undefined) !== (text('GENESYS_CLIENT_SECRET') === undefined)) {
    mistakes.push('GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET belong together: one of them is missing');
  }
  const region = text('GENESYS_REGION');
  const needed = /** @type {const} */ (['GENESYS_ORGANIZATIONS', 'GENESYS_OAUTH_CLIENTS']);
  const roles = /** @type {const} */ (['GENESYS_SUPERVISOR_ROLES', 'GENESYS_ADMIN_ROLES']);
  if (region === undefined) {
    for (const name of [...needed, ...roles, /** @type {const} */ ('GENESYS_CLIENT_ID')]) {
      if (text(name) !== undefined) mistakes.push(`${name} says nothing without GENESYS_REGION`);
    }
    return undefined;
  }
  if (!REGIONS.includes(region)) {
    mistakes.push(`GENESYS_REGION has to be one of ${REGIONS.join(', ')}: tokens go nowhere else`);
  }
  for (const name of needed) {
    if (list(name).length === 0)
      mistakes.push(`${name} is missing: else any customer of Genesys Cloud would be let in`);
    if (list(name).some((id) => !UUID.test(id))) mistakes.push(`${name} has to be ids (UUIDs), separated by commas`);
  }
  const lowerCase = (/** @type {string[]} */ ids) => new Set(ids.map((id) => id.toLowerCase()));
  const standIn = genesysStandIn(environment.CASEFRAME_TEST_GENESYS_URL, mistakes);
  return {
    baseUrl: standIn ?? `https://api.${region}`,
    loginUrl: standIn ?? `https://login.${region}`,
    organizations: lowerCase(list('GENESYS_ORGANIZATIONS')),
    oauthClients: lowerCase(list('GENESYS_OAUTH_CLIENTS')),
    supervisorRoles: new Set(list('GENESYS_SUPERVISOR_ROLES')),
    adminRoles: new Set(list('GENESYS_ADMIN_ROLES')),
  };
}

/** @param {string | undefined} address For tests, on this machine. @param {string[]} mistakes */
function genesysStandIn(address, mistakes) {
  if (address === undefined) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return url.origin;
  mistakes.push('CASEFRAME_TEST_GENESYS_URL is for tests and has to be http:// on this machine');
  return undefined;
}
