/**
 * What the main thread did between two marks, from Chromium's own trace. A clock inside the page sees only the page's
 * own synchronous code; the trace has every task of the thread, so also the encoder that `toBlob` runs in idle tasks, the
 * messages of a worker and what it takes to close a VideoFrame.
 */

/** The trace's categories that this reads: every task, and `performance.mark`. */
export const CATEGORIES = ['toplevel', 'blink.user_timing'];

const TASK = 'ThreadControllerImpl::RunTask';

/** What promises do: at the end of a task, but outside its event. */
const MICROTASKS = 'BlinkScheduler_PerformMicrotaskCheckpoint';

/** Far more than what lies between a task and its microtasks, and far less than a task. In µs. */
const GAP = 100;

/** W3C Long Tasks API: what is longer blocks input for too long. */
const LONG_TASK_MS = 50;

/**
 * @typedef {object} Occupancy
 * @property {number} windowMs Between the marks.
 * @property {number} cpuMs Processor time of the thread. What other processes do does not count.
 * @property {number} taskMs Wall time of its tasks, being preempted included.
 * @property {number} longestTaskMs
 * @property {number} longTasks How many took longer than 50 ms.
 */

/**
 * @param {{ traceEvents: object[] }} trace
 * @param {string} from @param {string} to Names of marks, each once in the trace.
 * @returns {Occupancy}
 */
export function occupancy({ traceEvents }, from, to) {
  const [begin, end] = [from, to].map((name) => {
    const marks = traceEvents.filter((event) => event.name === name);
    if (marks.length !== 1) throw new Error(`Expected the mark ${name} once in the trace, found ${marks.length}`);
    return marks[0];
  });
  if (!(end.tts >= begin.tts)) throw new Error('The trace holds no processor times');
  const tasks = tasksOf(traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && pid === begin.pid && tid === begin.tid))
    .map((task) => (Math.min(task.end, end.ts) - Math.max(task.start, begin.ts)) / 1000)
    .filter((ms) => ms > 0);
  return {
    windowMs: (end.ts - begin.ts) / 1000,
    cpuMs: (end.tts - begin.tts) / 1000,
    taskMs: tasks.reduce((sum, ms) => sum + ms, 0),
    longestTaskMs: Math.max(0, ...tasks),
    longTasks: tasks.filter((ms) => ms > LONG_TASK_MS).length,
  };
}

/**
 * @param {object[]} events Of one thread.
 * @returns {{ start: number, end: number }[]} Its tasks, each with its microtasks, in µs.
 */
function tasksOf(events) {
  const tasks = [];
  for (const { name, ts, dur } of [...events].sort((a, b) => a.ts - b.ts)) {
    if (name !== TASK && name !== MICROTASKS) continue;
    const last = tasks[tasks.length - 1];
    const belongs = last && (ts < last.end || (name === MICROTASKS && ts <= last.end + GAP));
    if (belongs) last.end = Math.max(last.end, ts + dur);
    else tasks.push({ start: ts, end: ts + dur });
  }
  return tasks;
}
