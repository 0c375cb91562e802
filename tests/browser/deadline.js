/** Whether a capture ended when it was due. */
import assert from 'node:assert/strict';

/** What a page may take on its own way from the timer that is due to the promise that is settled. */
const SLACK_MS = 1000;

/** Threads that the end of a capture may pass, each as late as the page's timers: to the worker, in it, and back. */
const HOPS = 4;

/**
 * The page's timers, which are looked at meanwhile, are the control: what they were late by is the machine's.
 * @param {{ ms: number, lateMs: number }} outcome Of `lab.outcome`.
 * @param {number} dueMs After the call: the deadline, or the moment of what ends the capture before it.
 */
export function assertInTime({ ms, lateMs }, dueMs) {
  const latest = dueMs + SLACK_MS + HOPS * lateMs;
  assert.ok(
    ms <= latest,
    `ended after ${Math.round(ms)} ms, due after ${dueMs}; timers were ${Math.round(lateMs)} late`,
  );
}
