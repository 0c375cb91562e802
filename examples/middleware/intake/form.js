/** Reads the multipart form: one file and the known fields, each at most once. Nothing is written anywhere. */

import { Problem } from '../problem.js';
import { FIELD_NAMES } from './fields.js';

/** Enough for any metadata a capture has to say about itself: 1,000 regions, and as many that were left open, are 200 KB. */
const MAX_FIELD_BYTES = 256 * 1024;
/** Of a part's own headers. The service uses two. */
const MAX_HEADERS = 16;
/** Boundaries and headers of all parts together stay far below this. */
const MAX_OVERHEAD_BYTES = 64 * 1024;

/** The form reader's own error codes, as what this service answers. */
const LIMITS = new Map([
  ['FST_FILES_LIMIT', new Problem(400, 'too-many-files', 'There has to be exactly one file')],
  ['FST_FIELDS_LIMIT', new Problem(400, 'too-many-fields', 'There are too many fields')],
  ['FST_PARTS_LIMIT', new Problem(400, 'too-many-fields', 'There are too many fields')],
  ['FST_PROTO_VIOLATION', new Problem(400, 'unknown-field', 'A field has a name that is not allowed')],
  ['FST_INVALID_JSON_FIELD_ERROR', new Problem(400, 'invalid-field', 'A field is not the JSON it says it is')],
  ['FST_REQ_FILE_TOO_LARGE', new Problem(413, 'file-too-large', 'The file is too large')],
]);

/**
 * @param {import('fastify').FastifyRequest} request
 * @param {number} maxFileBytes
 * @returns {Promise<{ file: Buffer, fields: Map<string, unknown> }>}
 * @throws {Problem} 400, 413, 415
 */
export async function readForm(request, maxFileBytes) {
  // Its client went away before anybody read it: the form's reader would wait for the end of it, which has been, for good.
  if (request.raw.destroyed) throw cutOff();
  if (!request.isMultipart()) throw new Problem(415, 'not-multipart', 'Send the snapshot as multipart/form-data');
  const maxBytes = maxFileBytes + FIELD_NAMES.size * MAX_FIELD_BYTES + MAX_OVERHEAD_BYTES;
  // One that says so is not read at all, one that does not say is read no further.
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge();
  const overflow = overflowOf(request.raw, maxBytes);
  try {
    return await Promise.race([readParts(request, maxFileBytes), overflow]);
  } catch (error) {
    // The rest is read and dropped, so that the answer reaches a client that is still sending.
    request.raw.unpipe();
    request.raw.resume();
    throw asProblem(error);
  }
}

/** @param {import('fastify').FastifyRequest} request @param {number} maxFileBytes */
async function readParts(request, maxFileBytes) {
  /** @type {Buffer | undefined} */
  let file;
  /** @type {Map<string, unknown>} */
  const fields = new Map();
  const limits = {
    files: 1,
    fields: FIELD_NAMES.size,
    parts: FIELD_NAMES.size + 2,
    fileSize: maxFileBytes,
    fieldSize: MAX_FIELD_BYTES,
    headerPairs: MAX_HEADERS,
  };
  for await (const part of request.parts({ limits })) {
    if (part.type === 'file') {
      checkFilePart(part);
      file = await part.toBuffer();
    } else {
      checkFieldPart(part, fields);
      fields.set(part.fieldname, part.value);
    }
  }
  if (file === undefined) throw new Problem(400, 'missing-field', 'The field file is missing');
  return { file, fields };
}

/**
 * Counts what arrives, whatever the form's reader makes of it: a preamble, an endless header, parts behind the last.
 * @param {import('node:http').IncomingMessage} message @param {number} maxBytes
 * @returns {Promise<never>} rejects once there is more
 */
function overflowOf(message, maxBytes) {
  let received = 0;
  return new Promise((_resolve, reject) => {
    message.on('data', (chunk) => {
      received += chunk.length;
      if (received > maxBytes) reject(tooLarge());
    });
  });
}

function tooLarge() {
  return new Problem(413, 'file-too-large', 'The form is larger than the largest file and all fields together');
}

/** @param {import('@fastify/multipart').MultipartFile} part */
function checkFilePart(part) {
  if (part.fieldname !== 'file') {
    throw new Problem(400, 'unknown-field', 'The file has to be in the field called file');
  }
  if (part.mimetype !== 'image/jpeg') throw new Problem(415, 'not-a-jpeg', 'The file has to be of type image/jpeg');
}

/** @param {import('@fastify/multipart').MultipartValue} part @param {ReadonlyMap<string, unknown>} fields */
function checkFieldPart(part, fields) {
  // A misspelt sha256 that is quietly ignored would be a check that never happens.
  if (!FIELD_NAMES.has(part.fieldname)) throw new Problem(400, 'unknown-field', 'There is a field that is not known');
  if (fields.has(part.fieldname)) throw new Problem(400, 'duplicate-field', `The field ${part.fieldname} is repeated`);
  if (part.valueTruncated) throw new Problem(413, 'field-too-large', `The field ${part.fieldname} is too large`);
}

/** @param {unknown} error */
function asProblem(error) {
  if (error instanceof Problem) return error;
  const known = LIMITS.get(/** @type {{ code?: string }} */ (error).code ?? '');
  return known ?? cutOff();
}

function cutOff() {
  return new Problem(400, 'malformed-body', 'The form could not be read to its end');
}
