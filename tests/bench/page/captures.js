/** One capture of a running call, done in several ways; each window of time is marked for the trace. */
import { createCapture } from 'caseframe';
import { QUALITY } from '../plan.js';
import { nextFrame, startCall, untilShown } from './call.js';

/** How long a window is, and how much of it at least comes after the Blob, for what a capture leaves to be done. */
const WINDOW_MS = 600;
const AFTERMATH_MS = 100;

/** @typedef {{ capture?: () => Promise<Blob | import('/dist/snapshot.js').Snapshot>, end: () => void }} Way */

/** @type {Record<string, (stream: MediaStream, format: { width: number, height: number }) => Promise<Way>>} */
const WAYS = {
  /** What the page does anyway. */
  async nothing() {
    return { end() {} };
  },

  /** The inline code of Genesys' capture guide: a hidden element plays all the time, a click draws it on a canvas. */
  async guide(stream, { width, height }) {
    const video = document.createElement('video');
    video.style.display = 'none';
    video.muted = true;
    video.srcObject = stream;
    document.body.append(video);
    await video.play();
    await untilShown(video, width, height);
    return {
      capture() {
        const canvas = document.createElement('canvas');
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
        return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
      },
      end() {
        video.srcObject = null;
        video.remove();
      },
    };
  },

  /** A source that was made ready, as the guide's element was. */
  caseframe: makeReady,

  /** The same without a click: what it costs to be ready. */
  async 'caseframe, no capture'(stream) {
    const { end } = await makeReady(stream);
    return { end };
  },

  /** A source that nobody has made ready: waits for a frame that is newer than the click. */
  async 'caseframe, unprepared'(stream) {
    return { capture: () => capture.snapshot(stream, { quality: QUALITY }), end() {} };
  },

  /** The sharpest of what comes within the usual time of a source that was made ready. */
  async 'caseframe, sharpest'(stream) {
    const { end } = await makeReady(stream);
    return { capture: () => capture.snapshot(source, { quality: QUALITY, select: 'sharpest' }), end };
  },

  /** As in browsers without WebCodecs: an element, which plays all the time like the guide's, and a canvas. */
  async 'caseframe, canvas'(stream) {
    const { VideoFrame } = globalThis;
    delete globalThis.VideoFrame;
    const track = stream.getVideoTracks()[0].clone();
    await capture.snapshot(track);
    return {
      capture: () => capture.snapshot(track, { quality: QUALITY }),
      end() {
        track.stop();
        globalThis.VideoFrame = VideoFrame;
      },
    };
  },

  /** As in browsers without module workers: the engine runs on the page's thread. */
  async 'caseframe, no worker'(stream) {
    return { capture: () => captureInPage.snapshot(stream, { quality: QUALITY }), end() {} };
  },
};

/** For its own window only: what it costs must not fall on the others. @param {MediaStream} stream @returns {Promise<Way>} */
async function makeReady(stream) {
  await capture.ready(source);
  source.show(stream.getVideoTracks());
  return { capture: () => capture.snapshot(source, { quality: QUALITY }), end: () => source.show([]) };
}

/** A source whose tracks come and go. */
const source = {
  /** @type {MediaStreamTrack[]} */ tracks: [],
  /** @type {Set<() => void>} */ listeners: new Set(),
  targets() {
    return this.tracks.map((track) => ({ track, interactionId: null, participantId: null, kind: 'stream' }));
  },
  on(_event, listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  },
  dispose() {},
  /** @param {MediaStreamTrack[]} tracks */
  show(tracks) {
    this.tracks = tracks;
    for (const listener of this.listeners) listener();
  },
};

const capture = createCapture();
const captureInPage = createCapture({ worker: false });
let call;

/** @param {{ width: number, height: number, frameRate: number }} format */
export async function prepareCaptures(format) {
  await Promise.all([capture.ready(), captureInPage.ready()]);
  call = { ...(await startCall(format)), format };
}

export const waysToCapture = () => Object.keys(WAYS);

/**
 * @param {string} name Of the way.
 * @param {number} phase 0..1 of the time between two frames: when the click comes.
 * @returns {Promise<{ blobMs?: number, width?: number, bytes?: number, timings?: import('/dist/snapshot.js').Timings }>}
 *   `blobMs`: from the click to the Blob.
 */
export async function captureOnce(name, phase) {
  const way = await WAYS[name](call.stream, call.format);
  // Out of the tasks that set it up.
  await sleep(100);
  await nextFrame(call.video);
  await sleep((phase * 1000) / call.format.frameRate);
  performance.mark('bench:click');
  const start = performance.now();
  const result = way.capture ? await way.capture() : undefined;
  const blobMs = performance.now() - start;
  await sleep(Math.max(WINDOW_MS - blobMs, AFTERMATH_MS));
  performance.mark('bench:end');
  way.end();
  if (!result) return {};
  const blob = result instanceof Blob ? result : result.blob;
  const bitmap = await createImageBitmap(blob);
  return { blobMs, width: bitmap.width, height: bitmap.height, bytes: blob.size, timings: result.timings };
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
