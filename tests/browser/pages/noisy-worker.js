import './noise.js';
import '/dist/worker/worker.js';
