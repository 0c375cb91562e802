/** What goes over the wire, as JSON Schema: checked on the way in, written on the way out, printed at /openapi.json. */

import { STATUS_CODES } from 'node:http';

export const PROBLEM = {
  $id: 'Problem',
  type: 'object',
  required: ['error', 'code'],
  properties: {
    error: { type: 'string', description: 'A sentence for people' },
    code: { type: 'string', description: 'For programs' },
    deletedAt: { type: 'string', format: 'date-time', description: 'With 410' },
    reason: { type: 'string', description: 'With 410: why it was deleted' },
  },
};

export const SNAPSHOT = {
  $id: 'Snapshot',
  type: 'object',
  properties: {
    id: { type: 'string' },
    interactionId: { type: 'string' },
    agentId: { type: 'string' },
    timestamp: { type: 'string', description: 'When it was captured, as the client says' },
    receivedAt: { type: 'string', format: 'date-time' },
    sha256: { type: 'string' },
    bytes: { type: 'integer' },
    width: { type: 'integer' },
    height: { type: 'integer' },
    redactions: { type: 'array', items: { type: 'object', additionalProperties: true } },
    annotation: {
      type: 'string',
      enum: ['queued', 'done', 'failed'],
      description: 'The note at the call or case: to be written, written, or given up until an operator redrives it',
    },
    annotationReason: { type: 'string', description: 'Why it failed; absent otherwise' },
    legalHold: { type: 'boolean' },
    expiresAt: { type: 'string', format: 'date-time' },
    url: { type: 'string', format: 'uri' },
    thumbnailUrl: { type: 'string', format: 'uri' },
  },
};

/** Identifiers become parts of addresses and object keys: no dot, no slash. */
export const SNAPSHOT_PATH = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' } },
};

/** Of text that no line and no database takes: control characters, and halves of surrogate pairs. */
const UNWRITABLE = '\\u0000-\\u001f\\u007f\\ud800-\\udfff';

/** One line for the audit. */
export const REASON = {
  type: 'object',
  required: ['reason'],
  additionalProperties: false,
  properties: {
    reason: {
      type: 'string',
      maxLength: 500,
      pattern: `^[^${UNWRITABLE}]*[^\\s${UNWRITABLE}][^${UNWRITABLE}]*$`,
    },
  },
};

export const UPLOAD_FORM = {
  type: 'object',
  required: ['interactionId', 'agentId', 'timestamp', 'file'],
  additionalProperties: false,
  properties: {
    interactionId: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' },
    agentId: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' },
    timestamp: { type: 'string', format: 'date-time' },
    snapshotId: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' },
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    metadata: {
      type: 'string',
      description: 'A JSON object of at most 256 KiB and 64 levels; its values are kept, not its text',
    },
    file: { type: 'string', format: 'binary', description: 'One JPEG' },
  },
};

/** @param {...number} statusCodes @returns {Record<number, object>} */
export function refusals(...statusCodes) {
  return Object.fromEntries(statusCodes.map((code) => [code, { description: STATUS_CODES[code], $ref: 'Problem#' }]));
}
