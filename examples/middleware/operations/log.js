/**
 * The log, one JSON object a line on stderr. Headers, queries, forms and presigned links never go into it; what is in the
 * settings is blotted out wherever it turns up, in a driver's error message, say.
 */

import pino from 'pino';

/** @param {{ level: string, secrets: readonly string[], stream?: import('pino').DestinationStream }} options */
export function createLog({ level, secrets, stream = pino.destination({ dest: 2, sync: true }) }) {
  // As they are, and as JSON and addresses write them.
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  const unwanted = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return pino(
    {
      level,
      hooks: { streamWrite: (line) => unwanted.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line) },
      serializers: {
        req: ({ id, method, url }) => ({ id, method, path: String(url).replace(/\?.*/s, '') }),
        res: ({ statusCode }) => ({ statusCode }),
        err: describe,
      },
    },
    stream,
  );
}

/** Not everything that an SDK hangs on its errors: they carry requests with their headers. @param {any} error @returns {object} */
function describe(error) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = /** @type {{ code?: string }} */ (error);
  return { type: name, code, message, stack, ...(cause === undefined ? {} : { cause: describe(cause) }) };
}
