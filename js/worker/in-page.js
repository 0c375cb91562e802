/** A server without a worker: the same service, in the page. Its script is loaded only where it is needed. */
import { CaptureError } from '../errors.js';

/**
 * @param {import('../engine/index.js').LoadOptions} engine
 * @returns {Promise<import('./host.js').Server>}
 */
export async function openInPage(engine) {
  const { createService } = await import('./service.js').catch((cause) => {
    throw new CaptureError('engine-load', 'Could not load the engine’s script: check that script-src allows it', {
      cause,
    });
  });
  const service = createService(engine);
  let closed = false;
  return {
    inPage: true,
    async call(op, args) {
      const value = await service.handle(op, args);
      if (closed) throw new CaptureError('disposed');
      return value;
    },
    close() {
      closed = true;
      service.handle('dispose', {}).catch(() => {});
    },
  };
}
