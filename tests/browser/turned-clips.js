/**
 * Clips of the scene in MP4 files whose headers say how to show them: turned, mirrored, in pixels that are not square.
 * One is recorded, and its header is rewritten for each (ISO/IEC 14496-12).
 */
import { readBody } from './harness.js';

/** Of the picture as it is stored. */
const WIDTH = 320;
const HEIGHT = 180;

const ONE = 0x10000;

/**
 * By name: a, b, c, d, x, y of the track's matrix, where a stored point (p, q) is shown at (a·p + c·q + x, b·p + d·q + y),
 * and which of the scene's quarters are then seen above left and right, below left and right.
 * @type {Record<string, { matrix: number[], quarters: number[], pixelRatio?: number }>}
 */
export const CLIPS = {
  'as it is': { matrix: [1, 0, 0, 1, 0, 0], quarters: [0, 1, 2, 3] },
  'turned by 90°': { matrix: [0, 1, -1, 0, HEIGHT, 0], quarters: [2, 0, 3, 1] },
  'turned by 180°': { matrix: [-1, 0, 0, -1, WIDTH, HEIGHT], quarters: [3, 2, 1, 0] },
  'turned by 270°': { matrix: [0, -1, 1, 0, 0, WIDTH], quarters: [1, 3, 0, 2] },
  mirrored: { matrix: [-1, 0, 0, 1, WIDTH, 0], quarters: [1, 0, 3, 2] },
  'mirrored and turned by 90°': { matrix: [0, 1, 1, 0, 0, 0], quarters: [0, 2, 1, 3] },
  'pixels twice as wide as high': { matrix: [1, 0, 0, 1, 0, 0], quarters: [0, 1, 2, 3], pixelRatio: 2 },
};

export function createTurnedClips() {
  let recorded = Buffer.alloc(0);
  return {
    /** @type {Parameters<typeof import('./harness.js').startServer>[0]} */
    routes: {
      async '/turned.mp4'(request, response) {
        if (request.method === 'POST') {
          recorded = await readBody(request);
          return response.end();
        }
        const { searchParams } = new URL(request.url, 'http://localhost');
        send(request, response, rewrite(recorded, CLIPS[searchParams.get('clip')]));
      },
    },
  };
}

/** Players ask for MP4 in parts. */
function send(request, response, file) {
  response.setHeader('Content-Type', 'video/mp4');
  response.setHeader('Accept-Ranges', 'bytes');
  const range = /^bytes=(\d+)-(\d*)/.exec(request.headers.range || '');
  if (!range) return response.end(file);
  const [from, to] = [Number(range[1]), range[2] ? Number(range[2]) : file.length - 1];
  response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${file.length}` });
  response.end(file.subarray(from, to + 1));
}

/** @param {Buffer} recorded @param {{ matrix: number[], pixelRatio?: number }} clip */
function rewrite(recorded, { matrix: [a, b, c, d, x, y], pixelRatio = 1 }) {
  const file = Buffer.from(recorded);
  // tkhd: version and flags, times and ids by version, 16 bytes, the matrix in 16.16 and its last column in 2.30.
  const header = file.indexOf('tkhd') + 4;
  const matrix = header + 4 + (file[header] === 1 ? 32 : 20) + 16;
  [a, b, 0, c, d, 0, x, y].forEach((value, i) => {
    file.writeInt32BE(value * ONE, matrix + 4 * i);
  });
  // pasp: horizontal and vertical spacing.
  file.writeUInt32BE(pixelRatio, file.indexOf('pasp') + 4);
  file.writeUInt32BE(1, file.indexOf('pasp') + 8);
  return file;
}

/** Runs in a Chromium page that has the laboratory. */
export async function recordTurnedClip() {
  const sender = lab.createSender(320, 180, { plain: true });
  // Played by all three browsers of the tests.
  const recorder = new MediaRecorder(new MediaStream([sender.track]), { mimeType: 'video/mp4;codecs=vp9' });
  const chunks = [];
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  const stopped = new Promise((resolve) => {
    recorder.onstop = resolve;
  });
  recorder.start();
  // Two seconds of a machine that has time for it.
  await lab.beats({ sending: sender }, 60);
  recorder.stop();
  await stopped;
  await fetch('/turned.mp4', { method: 'POST', body: new Blob(chunks) });
  sender.stop();
}
