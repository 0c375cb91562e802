/**
 * Serves the agent widget at `/`, the built package at `/caseframe/` and the face detector at `/face-detection/`, under
 * the policy the package promises.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DETECTOR_FILES, detectorFolder, VENDOR_FILES, vendorFolders } from '@caseframe/example-face-detection/vendor';
import staticFiles from '@fastify/static';

/** @typedef {{ widgetFolder: string, packageFolder: string }} PageFolders */

/**
 * Where npm installed the widget and the package.
 * @returns {PageFolders}
 * @throws {Error} where the package is not built
 */
export function installedFolders() {
  const { resolve } = createRequire(import.meta.url);
  const widgetFolder = dirname(resolve('@caseframe/example-agent-widget/package.json'));
  const packageFolder = join(dirname(resolve('caseframe/package.json')), 'dist');
  if (!existsSync(join(packageFolder, 'index.js'))) {
    throw new Error('The caseframe package is not built yet: run “npm run build” first');
  }
  return { widgetFolder, packageFolder };
}

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {PageFolders & { cookie?: (request: import('fastify').FastifyRequest) => string, frameAncestors: string[] }}
 *   options `cookie`: set with the page itself. `frameAncestors`: origins that may show it in a frame, beside its own.
 */
export async function pageRoutes(app, { widgetFolder, packageFolder, cookie, frameAncestors }) {
  const policy = contentSecurityPolicy(await readFile(join(widgetFolder, 'index.html'), 'utf8'), frameAncestors);
  /** @param {import('fastify').FastifyReply} reply */
  const setHeaders = (reply) => {
    // On every file: a worker obeys the policy its own script came with.
    reply.headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' });
  };
  if (cookie !== undefined) {
    app.addHook('onSend', async (request, reply) => {
      // Not with a refusal: a name that was made to point here would get the key in it.
      if (reply.statusCode < 400 && /^\/(index\.html)?(\?|$)/.test(request.url))
        reply.header('set-cookie', cookie(request));
    });
  }
  await app.register(staticFiles, { root: widgetFolder, prefix: '/', setHeaders });
  for (const { allowed, ...folder } of [
    { root: packageFolder, prefix: '/caseframe/' },
    { root: vendorFolders(), prefix: '/face-detection/vendor/', allowed: VENDOR_FILES },
    { root: detectorFolder, prefix: '/face-detection/', allowed: DETECTOR_FILES },
  ]) {
    const allowedPath = allowed && ((/** @type {string} */ path) => allowed.includes(path.replace(/^\//, '')));
    await app.register(staticFiles, { ...folder, allowedPath, setHeaders, decorateReply: false });
  }
}

/**
 * What the package needs, and beyond it only what the widget shows: its style sheet, its pictures, blobs of its own.
 * An import map has to stand in the page itself, so that it is allowed by its hash.
 * @param {string} html @param {string[]} frameAncestors
 */
function contentSecurityPolicy(html, frameAncestors) {
  const importMap = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(importMap).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
    "worker-src 'self'",
    "connect-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    ["frame-ancestors 'self'", ...frameAncestors].join(' '),
  ].join('; ');
}
