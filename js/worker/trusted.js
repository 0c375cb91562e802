/**
 * Trusted Types: under `require-trusted-types-for 'script'` a worker is started by no plain address. The package has a
 * policy of its own, `caseframe`, which vouches for the worker's address and for nothing else.
 */

/** @typedef {{ createScriptURL: (url: string) => any }} Policy */

/** @type {Policy | undefined} */
let policy;

/** @returns {Policy | undefined} None where the page's own default policy decides, or where it allows no other. */
function policyOf() {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  if (policy || !trustedTypes || trustedTypes.defaultPolicy) return policy;
  try {
    policy = trustedTypes.createPolicy('caseframe', { createScriptURL: (/** @type {string} */ url) => url });
  } catch {
    // `trusted-types` does not name it: what starts the worker is refused, and the page does the work.
  }
  return policy;
}

/**
 * Runs what starts a worker, its address vouched for. Bundlers know a worker by the very expression `new Worker(new
 * URL(…))`, so that the address cannot be wrapped there: for that one call the constructor is another.
 * @param {() => Worker} start Synchronous.
 * @returns {Worker}
 */
export function startTrusted(start) {
  const trusted = policyOf();
  if (!trusted) return start();
  const { Worker } = globalThis;
  globalThis.Worker = /** @type {any} */ (
    function TrustedWorker(/** @type {string | URL} */ url, /** @type {WorkerOptions} */ options) {
      return new Worker(trusted.createScriptURL(String(url)), options);
    }
  );
  try {
    return start();
  } finally {
    globalThis.Worker = Worker;
  }
}
