// The real Genesys SDK as one browser module, for the demo and the tests: never part of the package.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Where the demo expects it. */
const BUILT = at('../examples/agent-widget/built/genesys-sdk.js');

export async function bundleSdk() {
  await build({
    entryPoints: [at('genesys-sdk.js')],
    outfile: BUILT,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    // The SDK was written for webpack 4, which provides Node's `global` and `events`.
    define: { global: 'globalThis' },
    legalComments: 'eof',
    logLevel: 'error',
  });
  return BUILT;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleSdk();
