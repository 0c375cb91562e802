/**
 * What a page loads before its first capture: the worker, or the reason why there is none, and where the modules are. The
 * one file of the page's that asks for its own address (`import.meta.url`): it is loaded by `import()`, so that what
 * transforms the rest to CommonJS (Jest) or renders on a server never meets it.
 */
import { besideThisPackage } from '../engine/location.js';
import { loadError } from '../errors.js';
import { version } from '../version.js';
import { startTrusted } from './trusted.js';

/** @import { Clock } from '../clock.js' */
/** @import { Locations } from '../engine/load.js' */

/** How long a worker's script may take to load, in ms, before the page does the work itself. */
const SCRIPT_MS = 10000;

/** One of the two: the worker, or why there is none. @typedef {{ worker?: Worker, reason?: string }} Launched */

/**
 * Whole addresses, whatever the bundler has made of them: a worker may run from one that nothing is relative to (`blob:`,
 * with Next 15's Turbopack).
 * @returns {Locations}
 */
export function locateModules() {
  const { simd, baseline } = besideThisPackage();
  const whole = (/** @type {string} */ url) => new URL(url, globalThis.location?.href).href;
  return { simd: whole(simd), baseline: whole(baseline) };
}

/**
 * For a page that does the work itself.
 * @returns {Promise<typeof import('./worker.js')>} Rejects with `engine-load`.
 */
export async function importWorker() {
  /** @type {unknown} */
  let cause;
  try {
    const script = await import('./worker.js');
    // An empty file is a module, too.
    if ('createService' in script) return script;
  } catch (error) {
    cause = error;
  }
  throw loadError(`Could not load ${addressOf(undefined)}: put the package’s worker.js there, as JavaScript`, cause);
}

/** Of the worker's script. @param {string | undefined} workerUrl */
function addressOf(workerUrl) {
  return workerUrl === undefined ? new URL('./worker.js', import.meta.url).href : workerUrl;
}

/**
 * @param {string | undefined} workerUrl
 * @param {Clock} clock
 * @returns {Promise<Launched>} Rejects with `engine-load` where the script is another version's.
 */
export function launch(workerUrl, clock) {
  return new Promise((resolve, reject) => {
    /** @type {string[]} */
    const violations = [];
    const onViolation = (/** @type {SecurityPolicyViolationEvent} */ { effectiveDirective }) =>
      violations.push(effectiveDirective);
    globalThis.addEventListener?.('securitypolicyviolation', onViolation);
    /** @type {Worker} */
    let worker;
    const timer = clock.setTimeout(() => giveUp(`its script did not load within ${SCRIPT_MS} ms`), SCRIPT_MS);

    function end() {
      clock.clearTimeout(timer);
      globalThis.removeEventListener?.('securitypolicyviolation', onViolation);
    }
    /** @param {string} reason */
    function giveUp(reason) {
      end();
      if (worker) worker.terminate();
      resolve({ reason });
    }

    try {
      worker = create(workerUrl);
    } catch (error) {
      giveUp(typeof Worker === 'function' ? explain(String(error)) : 'this browser has no workers');
      return;
    }
    worker.onerror = (event) => {
      event.preventDefault();
      // The policy's event may come after this one.
      clock.setTimeout(async () => {
        const [directive] = violations;
        giveUp(
          directive
            ? `the page’s Content-Security-Policy forbids it (${directive}: allow the worker’s origin in worker-src)`
            : event.message
              ? explain(event.message)
              : await examine(workerUrl),
        );
      }, 0);
    };
    worker.onmessage = ({ data }) => {
      end();
      if (data === version) {
        resolve({ worker });
        return;
      }
      worker.terminate();
      const whose = `${addressOf(workerUrl)} is of version ${data}, and the page’s scripts are of ${version}`;
      reject(loadError(`${whose}: run “npx caseframe copy <folder>” again, and reload the page`));
    };
  });
}

/** @param {string | undefined} workerUrl @returns {Worker} */
function create(workerUrl) {
  // Written out, the name too (WORKER_NAME), so that bundlers see a worker.
  return startTrusted(() =>
    workerUrl === undefined
      ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'caseframe' })
      : new Worker(workerUrl, { type: 'module', name: 'caseframe' }),
  );
}

/**
 * @param {string} message Of what kept it from starting, or of an error in the script itself: one that takes it for no
 *   module stops at its first `export`.
 */
function explain(message) {
  if (/Trusted/.test(message))
    return `Trusted Types forbid it: allow the policy by “trusted-types caseframe” (${message})`;
  return /SyntaxError/.test(message) ? `this browser knows no module workers (${message})` : message;
}

/** Why a script did not load: browsers do not tell. @param {string | undefined} workerUrl @returns {Promise<string>} */
async function examine(workerUrl) {
  const url = addressOf(workerUrl);
  try {
    const { ok, status, headers } = await fetch(url, { method: 'HEAD' });
    if (!ok) return `${url} answered ${status}`;
    const type = headers.get('content-type') || 'no type';
    if (!/(java|ecma)script/i.test(type)) return `${url} is served as ${type}, not as JavaScript`;
  } catch {
    // Of another origin, offline, or a policy forbids to ask.
  }
  return `${url} could not be started: this browser knows no module workers, or a policy forbids it`;
}
