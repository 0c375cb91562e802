/** The native programs of native/, kept running so that their rounds stand between the browser's. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../build/native/tests/bench/native/', import.meta.url);

/**
 * @typedef {object} NativeProgram
 * @property {() => Promise<Record<string, number>>} round Runs every task once: its name → milliseconds.
 * @property {() => Promise<{ bytes: number }>} inspect The file that the task `encode` made last.
 * @property {() => Promise<void>} close
 */

/**
 * @param {'caseframe-bench-libjpeg-turbo' | 'caseframe-bench-core'} name
 * @param {{ path: string, width: number, height: number, quality: number }} frame `path` of raw RGBA; quality 0..1.
 * @returns {NativeProgram}
 */
export function startNative(name, { path, width, height, quality }) {
  const program = fileURLToPath(new URL(name, FOLDER));
  if (!existsSync(program)) throw new Error(`${program} is not built: run npm run bench, which builds it`);
  const child = spawn(program, [path, width, height, Math.round(quality * 100)].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let bytes = 0;
  return {
    async round() {
      child.stdin.write('\n');
      const { value, done } = await answers.next();
      if (done) throw new Error(`${name} ended with code ${await ended}`);
      const tasks = JSON.parse(value);
      bytes = tasks.encode.bytes;
      return Object.fromEntries(Object.entries(tasks).map(([task, { ms }]) => [task, ms]));
    },
    inspect: async () => ({ bytes }),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
