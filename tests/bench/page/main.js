/** What the runner calls in this page. */
import * as captures from './captures.js';
import * as copies from './copies.js';
import * as jobs from './jobs.js';
import * as review from './review.js';

window.bench = { ...jobs, ...captures, ...copies, ...review };
