/** Real WebKitGTK: its small browser on a screen that is nowhere, over plain WebDriver. */
import { once } from 'node:events';
import { access, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../middleware/servers/free-port.js';
import { startProcess } from './process.js';

/** How long the driver may take to answer, on a busy machine. */
const ANSWER_MS = 60000;

/** The code of the error where it takes longer: the browser stands still. */
export const STANDS_STILL = 'STANDS_STILL';

/**
 * @param {{ refusesToPlay?: boolean }} [options] As if its user had forbidden all video that nobody has clicked on.
 * @returns {Promise<import('./harness.js').Browser>}
 */
export async function launchWebKit({ refusesToPlay = false } = {}) {
  const [binary, home] = await Promise.all([findBrowser(), mkdtemp(join(tmpdir(), 'caseframe-webkit-'))]);
  const screen = await startScreen();
  const port = await freePort();
  const driver = startProcess('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    folder: home,
    env: {
      ...process.env,
      DISPLAY: screen.display,
      GDK_BACKEND: 'x11',
      HOME: home,
      XDG_CACHE_HOME: home,
      XDG_DATA_HOME: home,
      LIBGL_ALWAYS_SOFTWARE: '1',
      // Its sandbox needs namespaces that containers do not give away. Only the tests' own pages are opened.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    },
  });

  /** @param {string} method @param {string} path @param {unknown} [body] */
  async function ask(method, path, body) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch((cause) => {
      if (cause.name !== 'TimeoutError') throw cause;
      const late = new Error(`WebKitGTK does not answer to ${method} ${path}`, { cause });
      throw Object.assign(late, { code: STANDS_STILL });
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebDriver: ${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }

  async function close() {
    await driver.stop();
    await screen.stop();
  }

  let session;
  try {
    await answering(() => ask('GET', '/status'));
    session = await ask('POST', '/session', {
      capabilities: {
        alwaysMatch: {
          'webkitgtk:browserOptions': {
            binary,
            args: [
              '--automation',
              '--enable-mock-capture-devices=true',
              `--autoplay-policy=${refusesToPlay ? 'deny' : 'allow'}`,
            ],
          },
        },
      },
    });
  } catch (error) {
    await close();
    throw error;
  }
  const at = `/session/${session.sessionId}`;
  return {
    name: 'WebKitGTK',
    version: session.capabilities.browserVersion,
    async open(url) {
      await ask('POST', `${at}/url`, { url });
      return {
        /** @param {unknown[]} actions WebDriver's own, of a mouse. */
        async mouse(actions) {
          const source = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions };
          await ask('POST', `${at}/actions`, { actions: [source] });
        },

        /** @param {string} script A function's body; what it returns, or resolves to, comes back. */
        evaluate: (script) => ask('POST', `${at}/execute/sync`, { script, args: [] }),

        /** @param {number} x @param {number} y In CSS pixels of the window. @param {number} [count] */
        async click(x, y, count = 1) {
          const clicks = Array.from({ length: count }, () => [
            { type: 'pointerDown', button: 0 },
            { type: 'pointerUp', button: 0 },
          ]).flat();
          const actions = [{ type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y) }, ...clicks];
          const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions };
          await ask('POST', `${at}/actions`, { actions: [mouse] });
        },

        // WebDriver opens new tabs behind the one that is seen.
        hide: () => ask('POST', `${at}/window/minimize`, {}),
        async close() {
          await ask('POST', `${at}/window/rect`, { x: 0, y: 0, width: 1024, height: 768 });
          await ask('POST', `${at}/url`, { url: 'about:blank' });
        },
      };
    },
    async close() {
      await ask('DELETE', at).catch(() => {});
      await close();
    },
  };
}

async function findBrowser() {
  if (process.env.WEBKIT_MINIBROWSER) return process.env.WEBKIT_MINIBROWSER;
  for (const version of ['4.1', '4.0', '6.0']) {
    const path = `/usr/lib/x86_64-linux-gnu/webkit${version === '6.0' ? '' : '2'}gtk-${version}/MiniBrowser`;
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error('There is no MiniBrowser: install webkit2gtk-driver, or set WEBKIT_MINIBROWSER');
}

async function startScreen() {
  const server = startProcess('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    gently: true, // It has a lock and a socket in /tmp.
  });
  const number = await Promise.race([
    once(server.child.stdio[3], 'data').then(([data]) => String(data).trim()),
    server.gone.then(() => Promise.reject(new Error('Xvfb did not start: is it installed?'))),
  ]);
  return { display: `:${number}`, stop: server.stop };
}

/** @param {() => Promise<unknown>} question */
async function answering(question) {
  for (const start = Date.now(); ; await sleep(50)) {
    try {
      return await question();
    } catch (error) {
      if (Date.now() - start > ANSWER_MS) throw new Error('WebKitWebDriver does not answer', { cause: error });
    }
  }
}
