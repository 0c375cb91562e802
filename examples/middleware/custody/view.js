/**
 * A snapshot is looked at: authorised, audited, then by a presigned link of the store, or as bytes where it has none.
 * The audit comes last before the answer: who was shown something stands in it, and nobody is shown anything without.
 */

import { refusals, SNAPSHOT_PATH } from '../schemas.js';
import { StorageError } from '../storage/storage.js';
import { auditView, checkPresent, findSnapshot, orGone } from './authorise.js';
import { readPicture } from './picture.js';
import { makeThumbnail } from './thumbnails.js';

/** Long enough to follow a redirect, too short to pass around. */
const LINK_SECONDS = 60;
const FORM = {
  type: 'object',
  properties: { snapshot: { type: 'string' }, file: { type: 'string', format: 'binary' } },
};
const LINK = { type: 'object', required: ['url'], properties: { url: { type: 'string' } } };
/** Of a snapshot, to whoever may look at it. */
const FACTS = /** @type {const} */ ([
  'id',
  'interactionId',
  'agentId',
  'timestamp',
  'sha256',
  'bytes',
  'width',
  'height',
  'redactions',
  'legalHold',
  'expiresAt',
]);

/** @param {import('fastify').FastifyInstance} app @param {import('../service.js').Parts} parts */
export async function viewRoutes(app, parts) {
  const { storage, places, decoding, now } = parts;
  const picture = {
    description: 'The JPEG',
    content: { 'image/jpeg': { schema: { type: 'string', format: 'binary' } } },
  };
  const refused = refusals(401, 403, 404, 410, 429, 500, 503);

  const view = {
    summary: 'Shows a snapshot',
    params: SNAPSHOT_PATH,
    response: {
      200: {
        ...picture,
        content: {
          ...picture.content,
          'application/json': { schema: LINK },
          'multipart/form-data': { schema: FORM },
        },
      },
      302: { description: 'To a link of at most 60 s', type: 'null' },
      ...refused,
    },
  };
  app.get('/:id', { schema: view }, async (request, reply) => {
    const snapshot = await findSnapshot(request, parts);
    checkPresent(snapshot, now());
    // The page of a link shows what is known of the picture as well: one look, one entry in the audit.
    const isForPage = request.headers.accept === 'multipart/form-data';
    const link = isForPage ? undefined : await orGone(request, parts, () => linkTo(snapshot));
    if (link === undefined) {
      const pack = isForPage ? asForm(reply, snapshot) : asPicture(reply, snapshot.id);
      return show(request, reply, snapshot.id, {}, () => readPicture(storage, snapshot), pack);
    }
    await auditView(request, snapshot.id, {}, parts);
    reply.header('cache-control', 'no-store');
    // A page that sends its key cannot follow a redirect to where its own policy does not let it read.
    return request.headers.accept === 'application/json' ? { url: link.url } : reply.redirect(link.url, 302);
  });

  const thumbnail = {
    summary: 'Shows a snapshot, small',
    params: SNAPSHOT_PATH,
    response: { 200: picture, ...refused },
  };
  app.get('/:id/thumbnail', { schema: thumbnail }, async (request, reply) => {
    const snapshot = await findSnapshot(request, parts);
    checkPresent(snapshot, now());
    const look = async () => {
      const bytes = await readPicture(storage, snapshot);
      return decoding(() => makeThumbnail(bytes));
    };
    return show(request, reply, snapshot.id, { thumbnail: true }, look, asPicture(reply, `${snapshot.id}-small`));
  });

  /**
   * @param {import('fastify').FastifyRequest} request @param {import('fastify').FastifyReply} reply @param {string} id
   * @param {{ thumbnail?: true }} how @param {() => Promise<Buffer>} look
   * @param {(bytes: Buffer) => Buffer | Promise<Buffer>} pack What is answered.
   */
  function show(request, reply, id, how, look, pack) {
    return places.looks.untilAnswered(request, reply, async () => {
      const bytes = await orGone(request, parts, look);
      await auditView(request, id, how, parts);
      return pack(bytes);
    });
  }

  /** @param {import('../records/records.js').Snapshot} snapshot */
  async function linkTo({ id, objectKey }) {
    // A link to nothing would be the store's own error page.
    if (storage.kind !== 'file' && (await storage.head(objectKey)) === undefined) {
      throw new StorageError('missing', `There is no “${objectKey}”`);
    }
    return storage.link(objectKey, { seconds: LINK_SECONDS, fileName: `${id}.jpg` });
  }
}

/** @param {import('fastify').FastifyReply} reply @param {string} name Of the file. */
function asPicture(reply, name) {
  return (/** @type {Buffer} */ bytes) => {
    reply.type('image/jpeg').headers({
      'cache-control': 'private, no-store',
      'content-disposition': `inline; filename="${name}.jpg"`,
      'content-security-policy': "default-src 'none'; sandbox",
    });
    return bytes;
  };
}

/**
 * As an upload comes: a browser takes the parts out again.
 * @param {import('fastify').FastifyReply} reply @param {import('../records/records.js').Snapshot} snapshot
 */
function asForm(reply, snapshot) {
  return async (/** @type {Buffer} */ bytes) => {
    const form = new FormData();
    form.set('snapshot', JSON.stringify(Object.fromEntries(FACTS.map((name) => [name, snapshot[name]]))));
    form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), `${snapshot.id}.jpg`);
    const answer = new Response(form);
    reply.type(String(answer.headers.get('content-type'))).header('cache-control', 'private, no-store');
    return Buffer.from(await answer.arrayBuffer());
  };
}
