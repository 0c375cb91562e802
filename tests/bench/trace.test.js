import assert from 'node:assert/strict';
import { test } from 'node:test';
import { occupancy } from './trace.js';

test('of the trace only the page’s own thread counts, and only between the marks', () => {
  const thread = { pid: 1, tid: 1 };
  const task = (ts, dur, where = thread) => ({ name: 'ThreadControllerImpl::RunTask', ph: 'X', ts, dur, ...where });
  const traceEvents = [
    { name: 'from', ts: 10_000, tts: 1_000, ...thread },
    { name: 'to', ts: 110_000, tts: 31_000, ...thread },
    task(0, 20_000),
    task(30_000, 60_000),
    task(105_000, 20_000),
    task(200_000, 5_000),
    task(30_000, 60_000, { pid: 1, tid: 2 }),
    task(30_000, 60_000, { pid: 2, tid: 1 }),
  ];
  assert.deepEqual(occupancy({ traceEvents }, 'from', 'to'), {
    windowMs: 100,
    cpuMs: 30,
    taskMs: 75,
    longestTaskMs: 60,
    longTasks: 1,
  });
  assert.throws(() => occupancy({ traceEvents }, 'from', 'never'), /never once in the trace, found 0/);
});
