/**
 * What a browser gets that opens a snapshot's link and may not see it, or not yet: a page that says why, and asks who is
 * looking. Programs get the JSON that they always get.
 */

import { fileURLToPath } from 'node:url';
import staticFiles from '@fastify/static';
import { PATH } from '../links.js';
import { explain, languageOf, WORDS } from './words.js';

/** Beside the snapshots: no id begins with “@”. */
const FOLDER = '@page/';
/** Of the service, as seen from the page: a proxy may have it below a path of its own, which it does not pass on. */
const ROOT = '../'.repeat(PATH.split('/').length - 1);
const FILE_NAMES = ['/open.js', '/words.js', '/styles.css'];
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  'img-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @typedef {import('./words.js').SignIn} SignIn */

/** Nobody opens an address by hand whose answer is a file or a list. @param {import('fastify').FastifyRequest} request */
export function isOpenedByBrowser({ headers, routeOptions }) {
  return routeOptions.url === `${PATH}/:id` && /\btext\/html\b/.test(headers.accept ?? '');
}

/** What the page is made of. @param {import('fastify').FastifyInstance} app */
export async function linkPageFiles(app) {
  await app.register(staticFiles, {
    root: fileURLToPath(new URL('.', import.meta.url)),
    prefix: `${PATH}/${FOLDER}`,
    decorateReply: false,
    allowedPath: (path) => FILE_NAMES.includes(path),
    setHeaders: (reply) => reply.headers({ 'content-security-policy': POLICY, 'cache-control': 'no-cache' }),
  });
}

/**
 * @param {import('fastify').FastifyRequest} request @param {import('fastify').FastifyReply} reply
 * @param {import('../problem.js').Problem} problem @param {import('../settings.js').Settings['identity']} identity
 */
export function sendLinkPage(request, reply, { statusCode: status, code, details }, { demo, staticKeys }) {
  const language = languageOf(request.headers['accept-language']);
  const signIn = demo ? 'demo' : staticKeys.length > 0 ? 'keys' : 'tokens';
  return reply
    .type('text/html')
    .header('content-security-policy', POLICY)
    .send(pageOf({ status, code, ...details }, language, signIn));
}

/** @param {import('./words.js').Refusal} refusal @param {import('./words.js').Language} language @param {SignIn} signIn */
function pageOf(refusal, language, signIn) {
  const words = WORDS[language];
  // Where the reader's clock stands, the service cannot know.
  const { title, text, asks, again } = explain(refusal, language, signIn, 'UTC');
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} – caseframe</title>
<link rel="stylesheet" href="${FOLDER}styles.css">
<script type="module" src="${FOLDER}open.js"></script>
<main data-sign-in="${signIn}">
<h1 tabindex="-1">${title}</h1>
<p id="text">${escaped(text)}</p>
<form${asks && signIn !== 'demo' ? '' : ' hidden'}>
<label>${signIn === 'tokens' ? words.token : words.key}<input type="password" autocomplete="off" required aria-describedby="text"></label>
<button>${words.show}</button>
<noscript><p>${words.noScript}</p></noscript>
</form>
<p id="message" role="alert"></p>
<p><a id="demo" href="${ROOT}"${asks && signIn === 'demo' ? '' : ' hidden'}>${words.openDemo}</a></p>
<p><a id="again" href=""${again ? '' : ' hidden'}>${words.again}</a></p>
<div id="picture"></div>
</main>
</html>
`;
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
