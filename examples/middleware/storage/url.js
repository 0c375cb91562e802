/** What `STORAGE_URL` says, checked word by word: a setting that is not understood is refused, never ignored. */

/** A sentence that names the setting and what it wants. It never repeats a URL's credentials. */
export class StorageUrlError extends Error {
  /** @param {string} sentence */
  constructor(sentence) {
    super(sentence);
    this.name = 'StorageUrlError';
    this.code = 'invalid-setting';
  }
}

/** How long one call of a store may take, retries included. */
const TIMEOUT_MS = 30_000;

/**
 * @typedef {{ kind: 'file', folder: string }} FileSettings
 *
 * @typedef {object} S3Settings
 * @property {'s3'} kind
 * @property {string} bucket
 * @property {string} prefix Empty, or ends with a slash.
 * @property {string} region
 * @property {string} [endpoint] Of another server than AWS.
 * @property {boolean} forcePathStyle
 * @property {'AES256' | 'aws:kms'} [sse] Asked for with each put. `undefined`: the bucket's default.
 * @property {string} [kmsKeyId]
 * @property {'WHEN_SUPPORTED' | 'WHEN_REQUIRED'} checksums
 * @property {boolean} objectLock Whether a hold sets the Object Lock legal hold beside the tag.
 * @property {boolean} verifyPut Whether a put looks by itself for another one: Ceph's gateway heeds `If-None-Match`
 *   only where no versions are kept.
 * @property {boolean} lifecycle Whether the bucket's lifecycle deletes what is past its retention.
 * @property {number} timeoutMs
 *
 * @typedef {object} AzureSettings
 * @property {'azure'} kind
 * @property {string} account
 * @property {string} container
 * @property {string} prefix
 * @property {string} endpoint
 * @property {string} [encryptionScope]
 * @property {boolean} immutability Whether a hold sets the blob's legal hold beside the index tag.
 * @property {boolean} versions Whether the account keeps versions, which a removal has to remove too.
 * @property {boolean} lifecycle
 * @property {number} timeoutMs
 *
 * @typedef {object} GcsSettings
 * @property {'gcs'} kind
 * @property {string} bucket
 * @property {string} prefix
 * @property {string} [endpoint]
 * @property {string} [kmsKeyName]
 * @property {boolean} lifecycle
 * @property {number} timeoutMs
 */

/**
 * @param {string} text
 * @returns {FileSettings | S3Settings | AzureSettings | GcsSettings}
 */
export function parseStorageUrl(text) {
  const [, scheme, rest] = /^([a-z0-9]+):(.*)$/s.exec(text) ?? [];
  if (scheme === 'file') return parseFile(rest);
  if (!['s3', 'azure', 'gs'].includes(scheme)) {
    throw new StorageUrlError('STORAGE_URL begins with file:, s3://, azure:// or gs://');
  }
  const [, place, query = ''] = /^\/\/([^?#]*)(?:\?([^#]*))?$/s.exec(rest) ?? fail(scheme);
  const [host, ...path] = place.split('/');
  if (/[@:]/.test(host)) {
    throw new StorageUrlError(
      `STORAGE_URL names no credentials and no port after ${scheme}://: these come from the environment and from endpoint=`,
    );
  }
  const parameters = new Parameters(scheme, query);
  if (scheme === 'azure') return parseAzure(host, path, parameters);
  return scheme === 's3' ? parseS3(host, path, parameters) : parseGcs(host, path, parameters);
}

/** @param {string} path @returns {FileSettings} */
function parseFile(path) {
  // file:///absolute, file:/absolute, file:relative; a host would be another machine's.
  const folder = path.startsWith('//') ? path.slice(2) : path;
  if (folder === '' || (path.startsWith('//') && !folder.startsWith('/')) || /[?#\0]/.test(folder)) {
    throw new StorageUrlError(
      'STORAGE_URL names a folder as file:./data or file:///var/lib/caseframe, without parameters',
    );
  }
  try {
    return { kind: 'file', folder: decodeURIComponent(folder) };
  } catch {
    throw new StorageUrlError('STORAGE_URL has a percent sign that is no %XX: write it as %25');
  }
}

/** @param {string} bucket @param {string[]} path @param {Parameters} parameters @returns {S3Settings} */
function parseS3(bucket, path, parameters) {
  checkName('bucket', bucket, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
  const endpoint = parameters.endpoint();
  const region = parameters.text('region', /^[a-z0-9-]{1,64}$/) ?? (endpoint && 'us-east-1');
  if (region === undefined)
    throw new StorageUrlError('STORAGE_URL of S3 names the bucket’s region: region=eu-central-1');
  const sse = parameters.oneOf('sse', ['AES256', 'aws:kms', 'none']);
  const kmsKeyId = parameters.text('kmsKeyId', /^[A-Za-z0-9:/_-]{1,2048}$/);
  if (kmsKeyId !== undefined && sse !== 'aws:kms')
    throw new StorageUrlError('STORAGE_URL names a kmsKeyId only with sse=aws:kms');
  const checksums = parameters.oneOf('checksums', ['when-required', 'when-supported']);
  const settings = {
    kind: /** @type {const} */ ('s3'),
    bucket,
    prefix: prefixOf(path),
    region,
    endpoint,
    forcePathStyle: parameters.flag('forcePathStyle') ?? endpoint !== undefined,
    // Encryption is AWS' default, too; asked for, it is what a bucket policy can insist on.
    sse: sse === 'none' ? undefined : (sse ?? (endpoint === undefined ? 'AES256' : undefined)),
    kmsKeyId,
    checksums:
      (checksums ?? (endpoint === undefined ? 'when-supported' : 'when-required')) === 'when-supported'
        ? 'WHEN_SUPPORTED'
        : 'WHEN_REQUIRED',
    objectLock: parameters.flag('objectLock') ?? true,
    verifyPut: parameters.flag('verifyPut') ?? endpoint !== undefined,
    lifecycle: parameters.flag('lifecycle') ?? false,
    timeoutMs: parameters.milliseconds('timeoutMs') ?? TIMEOUT_MS,
  };
  parameters.end();
  return /** @type {S3Settings} */ (settings);
}

/** @param {string} account @param {string[]} path @param {Parameters} parameters @returns {AzureSettings} */
function parseAzure(account, [container = '', ...path], parameters) {
  checkName('storage account', account, /^[a-z0-9]{3,24}$/);
  checkName('container', container, /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
  const settings = {
    kind: /** @type {const} */ ('azure'),
    account,
    container,
    prefix: prefixOf(path),
    endpoint: parameters.endpoint() ?? `https://${account}.blob.core.windows.net`,
    encryptionScope: parameters.text('encryptionScope', /^[a-z0-9-]{3,63}$/),
    immutability: parameters.flag('immutability') ?? true,
    versions: parameters.flag('versions') ?? true,
    lifecycle: parameters.flag('lifecycle') ?? false,
    timeoutMs: parameters.milliseconds('timeoutMs') ?? TIMEOUT_MS,
  };
  parameters.end();
  return settings;
}

/** @param {string} bucket @param {string[]} path @param {Parameters} parameters @returns {GcsSettings} */
function parseGcs(bucket, path, parameters) {
  checkName('bucket', bucket, /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/);
  const settings = {
    kind: /** @type {const} */ ('gcs'),
    bucket,
    prefix: prefixOf(path),
    endpoint: parameters.endpoint(),
    kmsKeyName: parameters.text(
      'kmsKeyName',
      /^projects\/[\w.:-]+\/locations\/[\w-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/,
    ),
    lifecycle: parameters.flag('lifecycle') ?? false,
    timeoutMs: parameters.milliseconds('timeoutMs') ?? TIMEOUT_MS,
  };
  parameters.end();
  return settings;
}

/** A query of which each parameter is asked for once; what nobody has asked for is refused. */
class Parameters {
  /** @param {string} scheme @param {string} query */
  constructor(scheme, query) {
    this.scheme = scheme;
    /** @type {Map<string, string>} */
    this.left = new Map();
    for (const [name, value] of new URLSearchParams(query)) {
      if (this.left.has(name)) throw new StorageUrlError(`STORAGE_URL says ${quote(name)} twice`);
      this.left.set(name, value);
    }
    /** @type {string[]} */
    this.known = [];
  }

  /** @param {string} name @param {RegExp} pattern */
  text(name, pattern) {
    const value = this.left.get(name);
    this.known.push(name);
    this.left.delete(name);
    if (value !== undefined && !pattern.test(value)) {
      throw new StorageUrlError(`STORAGE_URL’s ${name} is not one: ${quote(value)}`);
    }
    return value;
  }

  /** @param {string} name @param {string[]} values */
  oneOf(name, values) {
    const value = this.text(name, /^/);
    if (value !== undefined && !values.includes(value)) {
      throw new StorageUrlError(`STORAGE_URL’s ${name} is ${values.join(' or ')}, not ${quote(value)}`);
    }
    return value;
  }

  /** @param {string} name */
  flag(name) {
    const value = this.oneOf(name, ['true', 'false']);
    return value === undefined ? undefined : value === 'true';
  }

  /** @param {string} name */
  milliseconds(name) {
    const value = this.text(name, /^[1-9]\d{1,5}$/);
    return value === undefined ? undefined : Number(value);
  }

  /**
   * Where the store is. In clear only on this machine, or where `insecure=true` says so: the requests carry people's
   * pictures.
   */
  endpoint() {
    const value = this.text('endpoint', /^/);
    const insecure = this.flag('insecure') ?? false;
    if (value === undefined) return undefined;
    if (!URL.canParse(value)) throw new StorageUrlError(`STORAGE_URL’s endpoint is no address`);
    const { protocol, username, password, hostname } = new URL(value);
    if (username || password)
      throw new StorageUrlError('STORAGE_URL’s endpoint names no credentials: these come from the environment');
    if (protocol !== 'https:' && protocol !== 'http:') {
      throw new StorageUrlError(`STORAGE_URL’s endpoint begins with https:// or http://, not ${quote(protocol)}`);
    }
    if (/[?#]/.test(value)) throw new StorageUrlError('STORAGE_URL’s endpoint has no query and no fragment');
    if (isMetadataService(hostname)) {
      throw new StorageUrlError(
        'STORAGE_URL’s endpoint is a machine’s metadata service, which hands out its credentials',
      );
    }
    if (protocol === 'http:' && !insecure && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) {
      throw new StorageUrlError(
        'STORAGE_URL’s endpoint is https:// except on this machine; insecure=true allows http:// elsewhere',
      );
    }
    return value.replace(/\/+$/, '');
  }

  end() {
    const [unknown] = this.left.keys();
    if (unknown === undefined) return;
    throw new StorageUrlError(
      `STORAGE_URL has a parameter that ${this.scheme}:// does not know: ${quote(unknown)}; it knows ${this.known.join(', ')}`,
    );
  }
}

/** Link-local addresses, and the name that Google gives to one. @param {string} hostname */
function isMetadataService(hostname) {
  return /^169\.254\.|^\[fe80:|^\[fd00:ec2::254\]$|^\[::ffff:a9fe:|^metadata(\.google\.internal)?\.?$/.test(hostname);
}

/** @param {string[]} path */
function prefixOf(path) {
  const segments = path.filter((segment) => segment !== '');
  if (!segments.every((segment) => /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(segment)) || segments.join('/').length > 200) {
    throw new StorageUrlError('STORAGE_URL’s prefix has letters, digits, - and _ between slashes');
  }
  return segments.map((segment) => `${segment}/`).join('');
}

/** @param {string} what @param {string} value @param {RegExp} pattern */
function checkName(what, value, pattern) {
  if (!pattern.test(value)) throw new StorageUrlError(`STORAGE_URL’s ${what} is not one: ${quote(value)}`);
}

/** @param {string} scheme @returns {never} */
function fail(scheme) {
  throw new StorageUrlError(
    `STORAGE_URL goes on as ${scheme}://${scheme === 'azure' ? 'account/container' : 'bucket/prefix'}?parameters`,
  );
}

/** Short, and on one line. @param {string} text */
function quote(text) {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
