import assert from 'node:assert/strict';
import { test } from 'node:test';
import { occupancy } from './trace.js';

test('of the trace only the page’s own thread counts, and only between the marks', () => {
  const thread = { pid: 1, tid: 1 };
  const task = (ts, dur, where = thread) => ({ name: 'ThreadControllerImpl::RunTask', ph: 'X', ts, dur, ...where });
  const microtasks = (ts, dur) => ({ name: 'BlinkScheduler_PerformMicrotaskCheckpoint', ph: 'X', ts, dur, ...thread });
  const traceEvents = [
    { name: 'from', ts: 10_000, tts: 1_000, ...thread },
    { name: 'to', ts: 110_000, tts: 31_000, ...thread },
    task(0, 20_000),
    task(30_000, 60_000),
    // Within a task, at its end, and without one.
    task(40_000, 10_000),
    microtasks(50_000, 10_000),
    microtasks(90_001, 9_999),
    microtasks(101_000, 2_000),
    task(105_000, 20_000),
    task(200_000, 5_000),
    task(30_000, 60_000, { pid: 1, tid: 2 }),
    task(30_000, 60_000, { pid: 2, tid: 1 }),
  ];
  assert.deepEqual(occupancy({ traceEvents }, 'from', 'to'), {
    windowMs: 100,
    cpuMs: 30,
    taskMs: 87,
    longestTaskMs: 70,
    longTasks: 1,
  });
  assert.throws(() => occupancy({ traceEvents }, 'from', 'never'), /never once in the trace, found 0/);
});
