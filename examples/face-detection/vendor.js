/** For a server, in Node: the files of the two npm packages that the worker asks for, and where they lie. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This package's own scripts for the browser. */
export const detectorFolder = dirname(fileURLToPath(import.meta.url));
export const DETECTOR_FILES = ['index.js', 'worker.js', 'light.js', 'passes.js', 'regions.js'];

/** Nothing else of these packages belongs on a page. TensorFlow.js picks one of the modules. */
export const VENDOR_FILES = [
  'face-api.esm.js',
  'ssd_mobilenetv1_model-weights_manifest.json',
  'ssd_mobilenetv1_model.bin',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
  'tfjs-backend-wasm.wasm',
];

/** The folders in which `VENDOR_FILES` are, as npm installed them. */
export function vendorFolders() {
  const faceApi = packageFolder('@vladmandic/face-api');
  return [join(faceApi, 'dist'), join(faceApi, 'model'), join(packageFolder('@tensorflow/tfjs-backend-wasm'), 'dist')];
}

/** @param {string} name */
function packageFolder(name) {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}
