/** Frames of a camera or of a call, handed to a worker that times how they are copied: see ../copies.js. */
import { startCall } from './call.js';

const SOURCES = {
  camera: ({ width, height, frameRate }) =>
    navigator.mediaDevices.getUserMedia({ video: { width: { exact: width }, height: { exact: height }, frameRate } }),
  call: async (format) => (await startCall(format)).stream,
};

/**
 * @param {'camera' | 'call'} source
 * @param {{ width: number, height: number, frameRate: number }} format
 * @param {('own' | 'RGBA')[][]} orders In which order each frame is copied.
 */
export async function copyFrames(source, format, orders) {
  const stream = await SOURCES[source](format);
  const [track] = stream.getVideoTracks();
  const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
  const worker = new Worker(new URL('copying.js', import.meta.url), { type: 'module' });
  const done = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage({ readable, orders }, [readable]);
  const samples = await done;
  worker.terminate();
  track.stop();
  return samples;
}
