/**
 * Pictures sent as a screen share through a real call: two ends of an RTCPeerConnection in one page, over loopback. A
 * track whose content hint is 'text' is what getDisplayMedia gives: the encoder goes into its mode for screens, keeps the
 * size and gives up frames.
 */
import { EventEmitter, once } from 'node:events';
import { readBody, startServer } from '../browser/harness.js';

/** What is left of a share on a bad, a usual and a good line, in bit/s. */
export const BITRATES = Object.freeze([300_000, 1_000_000, 2_500_000]);

/** @typedef {import('../js/photographs.js').Frame} Frame */

/** @param {import('playwright-core').Browser} browser */
export async function openShare(browser) {
  /** @type {Frame} */
  let sent;
  const arrivals = new EventEmitter();
  const server = await startServer({
    '/picture'(_request, response) {
      response.end(sent.data);
    },
    async '/frame'(request, response) {
      const body = await readBody(request);
      response.end();
      arrivals.emit('frame', body);
    },
  });
  const page = await browser.newPage();
  await page.goto(`${server.url}/?csp=default-src%20'self'%20'unsafe-eval'%20'unsafe-inline'`);
  await page.evaluate(startShare);
  return {
    /** What comes out of the call soon after the picture went into it. @param {Frame} frame @param {number} bitrate @returns {Promise<Frame>} */
    async send(frame, bitrate) {
      sent = frame;
      const received = once(arrivals, 'frame');
      const { width, height } = frame;
      const size = await page.evaluate((order) => share.send(order), { width, height, bitrate });
      const [data] = await received;
      return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), ...size };
    },
    async close() {
      await page.close();
      await server.close();
    },
  };
}

/** Runs in the page, by itself: what it needs is inside. */
async function startShare() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
  const pen = canvas.getContext('2d');
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  const stream = new MediaStream([track]);
  const writer = track.writable.getWriter();
  track.contentHint = 'text';
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = ({ candidate }) => far.addIceCandidate(candidate);
  far.onicecandidate = ({ candidate }) => near.addIceCandidate(candidate);
  const arriving = new Promise((resolve) => {
    far.ontrack = ({ track: received }) =>
      resolve(new MediaStreamTrackProcessor({ track: received }).readable.getReader());
  });
  const sender = near.addTrack(track, stream);
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription);
  const frames = await arriving;
  // A share repeats what does not change, so that the encoder can make it better.
  setInterval(() => writer.write(new VideoFrame(canvas, { timestamp: performance.now() * 1000 })), 100);

  const small = Object.assign(document.createElement('canvas'), { width: 32, height: 18 });
  const glance = small.getContext('2d', { willReadFrequently: true });
  /** @param {CanvasImageSource} picture */
  function brightness(picture) {
    glance.drawImage(picture, 0, 0, 32, 18);
    const { data } = glance.getImageData(0, 0, 32, 18);
    return data.reduce((sum, value, i) => (i % 4 === 3 ? sum : sum + value), 0) / (data.length * 0.75);
  }

  /** @param {boolean} isBright @returns {Promise<VideoFrame>} The first that is, or is not. */
  async function arrived(isBright) {
    for (const end = performance.now() + 60_000; performance.now() < end; ) {
      const { value: frame } = await frames.read();
      const isWhole = frame.displayWidth === canvas.width && frame.displayHeight === canvas.height;
      if (isWhole && brightness(frame) > middle === isBright) return frame;
      frame.close();
    }
    throw new Error('The picture did not arrive within 60 s');
  }

  let middle = 0;
  const full = document.createElement('canvas');
  globalThis.share = {
    /** @param {{ width: number, height: number, bitrate: number }} order */
    async send({ width, height, bitrate }) {
      const parameters = sender.getParameters();
      parameters.encodings[0].maxBitrate = bitrate;
      parameters.degradationPreference = 'maintain-resolution';
      await sender.setParameters(parameters);
      const data = new Uint8ClampedArray(await (await fetch('/picture')).arrayBuffer());
      // Black or white between two pages: the one before is never taken for this one.
      Object.assign(canvas, { width, height });
      pen.putImageData(new ImageData(data, width, height), 0, 0);
      const mean = brightness(canvas);
      const isBright = mean > 127;
      middle = (mean + (isBright ? 0 : 255)) / 2;
      pen.fillStyle = isBright ? '#000' : '#fff';
      pen.fillRect(0, 0, width, height);
      (await arrived(!isBright)).close();
      pen.putImageData(new ImageData(data, width, height), 0, 0);
      (await arrived(isBright)).close();
      const { value: frame } = await frames.read();
      Object.assign(full, { width, height });
      const reader = full.getContext('2d', { willReadFrequently: true });
      reader.drawImage(frame, 0, 0);
      frame.close();
      await fetch('/frame', { method: 'POST', body: reader.getImageData(0, 0, width, height).data });
      return { width, height };
    },
  };
}
