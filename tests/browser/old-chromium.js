/**
 * Real Chromium of years ago, headless, out of npm packages (toolchain/old-chromium.sh). Today's drivers do not know
 * these versions any more.
 */
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createDebuggingPort, debuggingAddress } from './harness.js';
import { startProcess } from './process.js';

const PROVIDER = fileURLToPath(new URL('../../toolchain/old-chromium.sh', import.meta.url));

/** Chromium before 97 does not know `'wasm-unsafe-eval'`, and reports what `'unsafe-eval'` then lets pass. */
export const CSP_BEFORE_97 =
  "default-src 'none'; media-src 'self'; script-src 'self' 'unsafe-eval'; worker-src 'self'; connect-src 'self'";

/**
 * @param {number} version 80: no VideoFrame, requestVideoFrameCallback or SIMD; the first with module workers. 127: the
 *   first whose `copyTo` converts to RGBA. 137: the last whose VideoFrames do not tell by what they are turned.
 * @param {string[]} [flags]
 * @returns {Promise<import('./harness.js').Browser>}
 */
export async function launchOldChromium(version, flags = []) {
  const { stdout } = await promisify(execFile)(PROVIDER, [String(version)]);
  const profile = await mkdtemp(join(tmpdir(), `caseframe-chromium-${version}-`));
  const { child, stop } = startProcess(
    stdout.trim(),
    [
      '--headless',
      '--no-sandbox',
      '--no-zygote',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--autoplay-policy=no-user-gesture-required',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      ...flags,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], folder: profile },
  );
  const port = createDebuggingPort(await debuggingAddress(child));
  return {
    name: `Chromium ${version}`,
    version: await port.version(),
    open: async (url) => ({
      ...(await port.open(url)),
      hide: () => Promise.reject(new Error('A page of this browser cannot be hidden: it has no window')),
    }),
    close: stop,
  };
}
