/** The native programs of native/, kept running so that their rounds stand between the browser's. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { QUALITY } from './plan.js';

const FOLDER = new URL('../../build/native/tests/bench/native/', import.meta.url);

/**
 * @typedef {object} NativeProgram
 * @property {(task: string, times: number) => Promise<{ ms: number, bytes: number }>} time The mean of so many runs, and
 *   the size of the file made, if any.
 * @property {() => Promise<void>} close
 */

/**
 * @param {'caseframe-bench-libjpeg-turbo' | 'caseframe-bench-core'} name
 * @param {import('./frames.js').FrameFile} frame
 * @returns {NativeProgram}
 */
export function startNative(name, { path, width, height }) {
  const program = fileURLToPath(new URL(name, FOLDER));
  if (!existsSync(program)) throw new Error(`${program} is not built: run npm run bench, which builds it`);
  const child = spawn(program, [path, width, height, Math.round(QUALITY * 100)].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async time(task, times) {
      child.stdin.write(`${times} ${task}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${name} ended with code ${await ended}`);
      return JSON.parse(value);
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
