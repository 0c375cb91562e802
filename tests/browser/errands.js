/** Has a page of any browser do something and tell what came of it: for browsers that no test can reach into. */
import assert from 'node:assert/strict';
import { readBody, STRICT_CSP, startServer } from './harness.js';

/** How long a page may take, on a busy machine. */
const ERRAND_MS = 300000;

/** @param {Parameters<typeof startServer>[0]} [routes] */
export async function startErrands(routes = {}) {
  /** @type {Map<string, (body: any) => void>} */
  const waiting = new Map();
  let errands = 0;
  const server = await startServer({
    ...routes,
    async '/errand'(request, response) {
      const { searchParams } = new URL(request.url, 'http://localhost');
      const body = JSON.parse(String(await readBody(request)));
      response.end();
      waiting.get(searchParams.get('id'))?.(body);
    },
  });

  return {
    url: server.url,
    requested: server.requested,
    close: server.close,

    /**
     * @param {import('./harness.js').Browser} browser
     * @param {string} module One of the pages' modules; its default export does it.
     * @param {unknown} argument Plain data.
     * @param {{ csp?: string, scripts?: string[] }} [way] `scripts`: run ahead of all others.
     * @returns {Promise<any>} What it answered: plain data.
     */
    async run(browser, module, argument = {}, { csp = STRICT_CSP, scripts = [] } = {}) {
      const id = String(++errands);
      const query = new URLSearchParams({ id, csp, module, argument: JSON.stringify(argument) });
      for (const script of [...scripts, '/pages/errand.js']) query.append('script', script);
      /** @type {ReturnType<typeof setTimeout>} */
      let timer;
      const ending = new Promise((resolve, reject) => {
        waiting.set(id, resolve);
        timer = setTimeout(() => reject(new Error(`${browser.name} has not come back from ${module}`)), ERRAND_MS);
      });
      // Where opening the page fails, nobody waits for its answer.
      ending.catch(() => {});
      try {
        const page = await browser.open(`${server.url}/?${query}`);
        try {
          const { result, problems } = await ending;
          // WebKit says so of the icon that it looks for unasked, Chromium 80 of WebAssembly under 'unsafe-eval'.
          const isMeant = /favicon\.ico$|^csp: script-src eval$/;
          assert.deepEqual(
            problems.filter((/** @type {string} */ problem) => !isMeant.test(problem)),
            [],
          );
          return result;
        } finally {
          await page.close();
        }
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
      }
    },
  };
}
