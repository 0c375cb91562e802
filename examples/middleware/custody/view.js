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
const LINK = { type: 'object', required: ['url'], properties: { url: { type: 'string' } } };

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
      200: { ...picture, content: { ...picture.content, 'application/json': { schema: LINK } } },
      302: { description: 'To a link of at most 60 s', type: 'null' },
      ...refused,
    },
  };
  app.get('/:id', { schema: view }, async (request, reply) => {
    const snapshot = await findSnapshot(request, parts);
    checkPresent(snapshot, now());
    const link = await orGone(request, parts, () => linkTo(snapshot));
    if (link === undefined) return show(request, reply, snapshot.id, {}, () => readPicture(storage, snapshot));
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
    return show(request, reply, snapshot.id, { thumbnail: true }, async () => {
      const bytes = await readPicture(storage, snapshot);
      return decoding(() => makeThumbnail(bytes));
    });
  });

  /**
   * @param {import('fastify').FastifyRequest} request @param {import('fastify').FastifyReply} reply @param {string} id
   * @param {{ thumbnail?: true }} how @param {() => Promise<Buffer>} look
   */
  function show(request, reply, id, how, look) {
    return places.looks.untilAnswered(request, reply, async () => {
      const bytes = await orGone(request, parts, look);
      await auditView(request, id, how, parts);
      reply.type('image/jpeg').headers({
        'cache-control': 'private, no-store',
        'content-disposition': `inline; filename="${id}${how.thumbnail ? '-small' : ''}.jpg"`,
        'content-security-policy': "default-src 'none'; sandbox",
      });
      return bytes;
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
