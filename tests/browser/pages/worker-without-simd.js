// The package's worker in a browser without SIMD.
import './without.js?simd';
import '/dist/worker/worker.js';
