/** Where notes go, as the environment says it. */

import { fits } from './annotation/note.js';
import { parseList } from './settings-values.js';

/** @type {readonly import('./annotation/annotation.js').TargetName[]} */
export const TARGETS = ['attributes', 'case', 'custom-attributes', 'recording', 'contact', 'guide'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Into a header, as it is. */
const SECRET = /^[\x21-\x7e]{1,512}$/;

/** @typedef {import('./settings.js').Name} Name */

/**
 * @param {object} given
 * @param {(name: Name) => string | undefined} given.text
 * @param {(name: Name, fallback: number, least: number, most: number) => number} given.whole
 * @param {string[]} given.mistakes Sentences are added.
 * @param {{ apiUrl: string, loginUrl: string } | undefined} given.region
 * @param {string | undefined} given.publicUrl
 * @returns {import('./annotation/annotation.js').AnnotationSettings | undefined} Nothing is to be told to Genesys.
 */
export function readAnnotation({ text, whole, mistakes, region, publicUrl }) {
  const schemaId = text('GENESYS_CUSTOM_ATTRIBUTES_SCHEMA');
  const targets = readTargets(text('ANNOTATE'), schemaId, mistakes);
  const protect = text('PROTECT_RECORDINGS') ?? 'off';
  if (protect !== 'on' && protect !== 'off') mistakes.push('PROTECT_RECORDINGS has to be on or off');
  const requestsPerMinute = whole('GENESYS_REQUESTS_PER_MINUTE', 300, 10, 100_000);
  const leaseMs = 1000 * whole('ANNOTATE_LEASE_SECONDS', 60, 1, 3600);
  if (schemaId !== undefined && !UUID.test(schemaId)) {
    mistakes.push('GENESYS_CUSTOM_ATTRIBUTES_SCHEMA has to be the id (UUID) of a conversation schema');
  }
  const isNeeded = targets.length > 0 || protect === 'on';
  if (!isNeeded) return undefined;
  const who = targets.length > 0 ? 'ANNOTATE' : 'PROTECT_RECORDINGS';
  const [clientId, clientSecret] = [text('GENESYS_CLIENT_ID'), text('GENESYS_CLIENT_SECRET')];
  if (text('GENESYS_REGION') === undefined) {
    mistakes.push(`${who} needs GENESYS_REGION`);
  } else if (clientId === undefined && clientSecret === undefined) {
    mistakes.push(`${who} needs GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET, an OAuth client with client credentials`);
  }
  if (clientId !== undefined && !UUID.test(clientId)) mistakes.push('GENESYS_CLIENT_ID has to be an id (UUID)');
  if (clientSecret !== undefined && !SECRET.test(clientSecret)) {
    mistakes.push('GENESYS_CLIENT_SECRET has to be printable ASCII characters without a space');
  }
  if (targets.length > 0 && publicUrl === undefined) {
    mistakes.push('ANNOTATE needs PUBLIC_URL: a link in a note outlives the request it came with');
  }
  if (publicUrl !== undefined && !fits(publicUrl)) {
    mistakes.push('PUBLIC_URL is too long: a participant attribute takes links of at most 256 characters');
  }
  if (region === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return {
    targets,
    ...(schemaId === undefined ? {} : { schemaId }),
    protectRecordings: protect === 'on',
    publicUrl: publicUrl ?? '',
    ...region,
    clientId,
    clientSecret,
    requestsPerMinute,
    leaseMs,
  };
}

/** @param {string | undefined} value @param {string | undefined} schemaId @param {string[]} mistakes */
function readTargets(value = 'off', schemaId, mistakes) {
  const names = parseList(value);
  if (names.join() === 'off') return [];
  /** @type {import('./annotation/annotation.js').TargetName[]} */
  const targets = [];
  for (const name of names) {
    const known = TARGETS.find((target) => target === name);
    if (name === 'auto') {
      targets.push(
        'attributes',
        'case',
        ...(schemaId === undefined ? [] : [/** @type {const} */ ('custom-attributes')]),
      );
    } else if (known !== undefined) {
      targets.push(known);
    } else {
      mistakes.push(
        `ANNOTATE has to be off, auto, or some of ${TARGETS.join(', ')}, separated by commas: “${name}” is none`,
      );
    }
  }
  if (names.length === 0) mistakes.push('ANNOTATE has to be off, auto, or a list of targets');
  if (new Set(targets).size < targets.length) mistakes.push('ANNOTATE names a target twice');
  if (targets.includes('guide') && targets.length > 1) {
    mistakes.push('ANNOTATE takes guide alone: nothing there tells whether another target is needed');
  }
  if (targets.includes('custom-attributes') && schemaId === undefined) {
    mistakes.push('ANNOTATE with custom-attributes needs GENESYS_CUSTOM_ATTRIBUTES_SCHEMA');
  }
  return targets;
}
