/** Where the modules are: beside this package's own files, wherever those are served. */
import { loadError } from '../errors.js';

/** @import { Locations } from './load.js' */

/** @returns {Locations} */
export function besideThisPackage() {
  try {
    // Written out, so that bundlers see two assets.
    return {
      simd: new URL('../wasm/caseframe.simd.wasm', import.meta.url).href,
      baseline: new URL('../wasm/caseframe.baseline.wasm', import.meta.url).href,
    };
  } catch (cause) {
    // A bundle that is no module has no import.meta.url.
    const message = 'This bundle does not know its own URL: host the package’s wasm/ folder and set wasmUrl';
    throw loadError(message, cause);
  }
}
