/**
 * What the middleware asks of Google Cloud Storage, answered on loopback: the JSON API's objects (insert, get, patch,
 * delete, list) with generations, preconditions and holds, and reads by V4 signed links. After Google's reference; not
 * Google's own.
 */

import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {Record<string, any> & { name: string, generation: string, bytes: Buffer, isCurrent: boolean }} Stored */

export async function startGcs() {
  const folder = await mkdtemp(join(tmpdir(), 'gcs-'));
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const keyFile = join(folder, 'key.json');
  // Its refusals name it.
  const clientEmail = 'caseframe@legal-hold.iam.gserviceaccount.com';
  const key = {
    type: 'service_account',
    project_id: 'caseframe-test',
    private_key: privateKey,
    client_email: clientEmail,
  };
  await writeFile(keyFile, JSON.stringify(key), { mode: 0o600 });

  /** By bucket, in the order of their generations. @type {Map<string, Stored[]>} */
  const buckets = new Map();
  let generation = 1_700_000_000_000_000;

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const [status, body, headers] = answer(request, pathname, searchParams, Buffer.concat(chunks));
    const isJson = !Buffer.isBuffer(body);
    const content = isJson ? Buffer.from(body === undefined ? '' : JSON.stringify(body)) : body;
    response.writeHead(status, {
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      'content-length': content.length,
      ...headers,
    });
    response.end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));

  /**
   * @param {import('node:http').IncomingMessage} request @param {string} path @param {URLSearchParams} query @param {Buffer} body
   * @returns {[number, any, Record<string, string>?]}
   */
  function answer(request, path, query, body) {
    const { method = '' } = request;
    const [, isUpload, bucket, name] = /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(path) ?? [];
    if (bucket === undefined) return signed(method, path, query);
    if (bucket.startsWith('denied'))
      return failure(
        403,
        'forbidden',
        `${clientEmail} does not have storage.objects.get access to the Google Cloud Storage object.`,
      );
    const objects = buckets.get(bucket);
    if (!objects) return failure(404, 'notFound', 'The specified bucket does not exist.');
    if (isUpload) return insert(objects, request.headers['content-type'] ?? '', query, body);
    if (name === undefined) return list(objects, query);
    return one(objects, method, bucket, decodeURIComponent(name), query, body);
  }

  /** @param {Stored[]} objects @param {string} type @param {URLSearchParams} query @param {Buffer} body */
  function insert(objects, type, query, body) {
    const name = query.get('name') ?? '';
    const [resource, bytes] = parts(type, body);
    const md5Hash = createHash('md5').update(bytes).digest('base64');
    if (resource.md5Hash !== undefined && resource.md5Hash !== md5Hash)
      return failure(400, 'invalid', 'Provided MD5 hash does not match');
    const current = objects.find((object) => object.name === name && object.isCurrent);
    if (query.get('ifGenerationMatch') === '0' && current)
      return failure(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.');
    if (current?.temporaryHold)
      return failure(
        403,
        'forbidden',
        `Object '${name}' is under active Temporary hold and cannot be deleted, overwritten or archived until hold is removed.`,
      );
    if (current) current.isCurrent = false;
    const updated = new Date().toISOString();
    /** @type {Stored} */
    const stored = {
      ...resource,
      name,
      md5Hash,
      generation: String(++generation),
      bytes,
      updated,
      size: String(bytes.length),
      isCurrent: true,
    };
    objects.push(stored);
    return /** @type {[number, any]} */ ([200, shown(stored)]);
  }

  /** @param {Stored[]} objects @param {URLSearchParams} query @returns {[number, any]} */
  function list(objects, query) {
    const from = query.get('pageToken') ?? '';
    const found = objects
      .filter(({ isCurrent }) => isCurrent || query.get('versions') === 'true')
      .filter(({ name }) => name.startsWith(query.get('prefix') ?? '') && name > from)
      .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
    const count = Number(query.get('maxResults') ?? 1000);
    const page = found.slice(0, count);
    return [200, { items: page.map(shown), nextPageToken: found.length > count ? page.at(-1)?.name : undefined }];
  }

  /** @param {Stored[]} objects @param {string} method @param {string} bucket @param {string} name @param {URLSearchParams} query @param {Buffer} body @returns {[number, any, Record<string, string>?]} */
  function one(objects, method, bucket, name, query, body) {
    const wanted = query.get('generation');
    const found = objects.find(
      (object) => object.name === name && (wanted === null ? object.isCurrent : object.generation === wanted),
    );
    if (!found) return failure(404, 'notFound', `No such object: ${bucket}/${name}`);
    if (method === 'PATCH') {
      Object.assign(found, JSON.parse(body.toString()));
      return [200, shown(found)];
    }
    if (method === 'DELETE') {
      if (found.temporaryHold)
        return failure(
          403,
          'forbidden',
          `Object '${name}' is under active Temporary hold and cannot be deleted, overwritten or archived until hold is removed.`,
        );
      if (wanted === null) found.isCurrent = false;
      else objects.splice(objects.indexOf(found), 1);
      return [204, undefined];
    }
    return query.get('alt') === 'media' ? media(found) : [200, shown(found)];
  }

  /** Of “Signatures: canonical requests” in Google's reference. @param {string} method @param {string} path @param {URLSearchParams} query @returns {[number, any, Record<string, string>?]} */
  function signed(method, path, query) {
    const encode = (/** @type {string} */ text) =>
      encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const parameters = [...query]
      .filter(([name]) => name !== 'X-Goog-Signature')
      .map(([name, value]) => `${encode(name)}=${encode(value)}`);
    const canonical = [method, path, parameters.sort().join('&'), 'host:127.0.0.1\n', 'host', 'UNSIGNED-PAYLOAD'].join(
      '\n',
    );
    const date = query.get('X-Goog-Date') ?? '';
    const scope = (query.get('X-Goog-Credential') ?? '').replace(`${clientEmail}/`, '');
    const text = ['GOOG4-RSA-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
    const isSigned = createVerify('RSA-SHA256')
      .update(text)
      .verify(publicKey, query.get('X-Goog-Signature') ?? '', 'hex');
    if (!isSigned) return [403, Buffer.from('<Error><Code>SignatureDoesNotMatch</Code></Error>')];
    const began = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3:$4:$5Z'));
    if (!(Date.now() < began + Number(query.get('X-Goog-Expires')) * 1000))
      return [400, Buffer.from('<Error><Code>ExpiredToken</Code></Error>')];
    const [, bucket, name] = /^\/([^/]+)\/(.+)$/.exec(decodeURIComponent(path)) ?? [];
    const found = buckets.get(bucket)?.find((object) => object.name === name && object.isCurrent);
    if (!found) return [404, Buffer.from('<Error><Code>NoSuchKey</Code></Error>')];
    const headers = {
      'content-type': query.get('response-content-type') ?? '',
      'content-disposition': query.get('response-content-disposition') ?? '',
    };
    return [200, found.bytes, { 'cache-control': found.cacheControl, ...headers }];
  }

  return {
    origin: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`,
    keyFile,
    /** @param {string} name */
    createBucket(name) {
      buckets.set(name, []);
      return name;
    },
    /** Every generation of every object. @param {string} bucket */
    objects: (bucket) => buckets.get(bucket) ?? [],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** @param {Stored} object */
function shown({ bytes: _bytes, isCurrent: _isCurrent, ...resource }) {
  return resource;
}

/** @param {Stored} object @returns {[number, Buffer, Record<string, string>]} */
function media({ bytes, md5Hash }) {
  return [
    200,
    bytes,
    {
      'content-type': 'image/jpeg',
      'x-goog-hash': `md5=${md5Hash}`,
      'x-goog-stored-content-length': String(bytes.length),
    },
  ];
}

/** @param {number} code @param {string} reason @param {string} message @returns {[number, any]} */
function failure(code, reason, message) {
  return [code, { error: { code, message, errors: [{ domain: 'global', reason, message }] } }];
}

/** Of `multipart/related`: the resource, then the bytes. @param {string} type @param {Buffer} body @returns {[any, Buffer]} */
function parts(type, body) {
  const boundary = Buffer.from(`--${/boundary="?([^";]+)/.exec(type)?.[1]}`);
  const begins = (/** @type {number} */ from) => body.indexOf('\r\n\r\n', from) + 4;
  const first = begins(0);
  const second = body.indexOf(boundary, first);
  const content = begins(second);
  const end = body.lastIndexOf(boundary);
  return [JSON.parse(body.subarray(first, second).toString()), body.subarray(content, end - 2)];
}
