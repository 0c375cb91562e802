/** The command `serve`: opens the store and the records, listens, and says where. */

import { openRecords } from '../records/open.js';
import { createService } from '../service.js';
import { openStorage } from '../storage/open.js';
import { parseStorageUrl } from '../storage/url.js';
import { drainOnSignal } from './drain.js';
import { testHooks } from './test-hooks.js';

/** @param {import('../main.js').CommandOptions} options */
export async function serve({ settings, environment }) {
  const hooks = testHooks(environment, settings);
  const page = await findPage(settings);
  /** @type {import('fastify').FastifyInstance | undefined} */
  let app;
  const records = await openRecords(settings.databaseUrl, {
    now: hooks.now,
    migration: { onWait: (why) => console.error(`caseframe: ${why}`) },
    onIdleError: (error) => app?.log.warn({ err: error }, 'a connection to the database broke while nobody used it'),
  });
  await records.migrate();
  const storage = await openStorageOf(records, { settings, environment });
  app = await createService(settings, {
    ...hooks.wrap({ storage, records }),
    page,
    now: hooks.now,
    annotation: hooks.annotation,
  });
  hooks.watch(app);
  drainOnSignal(app, settings.limits);
  const address = await listen(app, settings);
  const store = parseStorageUrl(settings.storageUrl);
  const where = store.kind === 'file' ? store.folder : settings.storageUrl.replace(/\?.*$/s, '');
  console.log(`caseframe: open ${address}/ – snapshots go to ${where}`);
  return 0;
}

/**
 * Where anything stands in the audit, pictures have been taken in before.
 * @param {import('../records/records.js').Records} records @param {Pick<import('../main.js').CommandOptions, 'settings' | 'environment'>} options
 */
async function openStorageOf(records, { settings, environment }) {
  try {
    const { done: isNew } = await records.organizations()[Symbol.asyncIterator]().next();
    return await openStorage(settings.storageUrl, { env: environment, isThere: !isNew });
  } catch (error) {
    await records.close();
    throw error;
  }
}

/** The demo is nothing without its page; a service for other widgets needs none. @param {import('../settings.js').Settings} settings */
async function findPage({ identity }) {
  try {
    const { installedFolders } = await import('../page.js');
    return installedFolders();
  } catch (error) {
    if (identity.demo) throw error;
    return undefined;
  }
}

/** @param {import('fastify').FastifyInstance} app @param {import('../settings.js').Settings} settings */
async function listen(app, { host, ports }) {
  for (const port of ports) {
    try {
      // Of localhost's addresses Fastify would give each a server of its own, and waits for the requests of one alone when
      // it ends.
      return await app.listen({ host: host.toLowerCase() === 'localhost' ? '127.0.0.1' : host, port });
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code !== 'EADDRINUSE') {
        await app.close();
        throw new Error(`It cannot listen on ${host}, port ${port} (HOST, PORT): ${message}`, { cause: error });
      }
    }
  }
  await app.close();
  const taken = ports.length === 1 ? `Port ${ports[0]} is` : `Ports ${ports[0]} to ${ports[ports.length - 1]} are`;
  throw new Error(`${taken} in use on ${host}: choose another with --port`);
}
