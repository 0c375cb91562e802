/** One snapshot with all that proves it, as a zip for whoever has to rely on it. */

import { Readable } from 'node:stream';
import { actorOf } from '../identity/identity.js';
import { refusals, SNAPSHOT_PATH } from '../schemas.js';
import { auditView, checkPresent, findSnapshot, orGone } from './authorise.js';
import { exportSnapshot } from './export.js';

/** @param {import('fastify').FastifyInstance} app @param {import('../service.js').Parts} parts */
export async function exportRoute(app, parts) {
  const schema = {
    summary: 'Exports a snapshot with its record, its audit and its hold',
    params: SNAPSHOT_PATH,
    response: {
      200: {
        description: 'A zip: the file, the record, the audit proof, the hold state',
        content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } },
      },
      ...refusals(401, 403, 404, 410, 429, 500, 503),
    },
  };
  app.get('/:id/export', { schema, config: { role: 'supervisor' } }, async (request, reply) => {
    const snapshot = await findSnapshot(request, parts);
    checkPresent(snapshot, parts.now());
    // Who asks for the head alone is handed nothing out.
    const isHead = request.method === 'HEAD';
    if (isHead) await auditView(request, snapshot.id, { export: true }, parts);
    const actor = actorOf(request.identity);
    const zip = isHead
      ? Readable.from([])
      : await parts.places.exports.untilAnswered(request, reply, () =>
          orGone(request, parts, () => exportSnapshot({ ...parts, snapshot, actor })),
        );
    reply.type('application/zip').headers({
      'cache-control': 'private, no-store',
      'content-disposition': `attachment; filename="${snapshot.id}.zip"`,
    });
    return zip;
  });
}
