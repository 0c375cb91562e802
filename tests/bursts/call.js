/**
 * Bursts through a real call: two ends of an RTCPeerConnection in one page, over loopback. Below the picture is a strip of
 * blocks that says which frame of which burst it is; it is cut off before anything is measured.
 */
import { readBody, startServer } from '../browser/harness.js';

export const CODECS = Object.freeze(['VP8', 'VP9', 'H264']);

/** What video has on a bad, a usual and a good line, in bit/s. */
export const BITRATES = Object.freeze([300_000, 1_000_000, 4_000_000]);

/** Of the strip, in px. */
const STRIP = 32;

/**
 * @param {import('playwright-core').Browser} browser
 * @param {number} width
 * @param {number} height Of the pictures.
 */
export async function openBurstCall(browser, width, height) {
  /** @type {Buffer} */
  let sent;
  /** @type {Buffer[]} */
  let received = [];
  const server = await startServer({
    '/frames'(_request, response) {
      response.end(sent);
    },
    async '/frame'(request, response) {
      received.push(await readBody(request));
      response.end();
    },
  });
  const page = await browser.newPage();
  await page.goto(`${server.url}/?csp=default-src%20'self'%20'unsafe-eval'%20'unsafe-inline'`);
  await page.evaluate(startBurstCalls, { width, height, strip: STRIP });
  return {
    /** Whether this browser sends and receives it. @param {string} codec */
    has: (codec) => page.evaluate((name) => globalThis.bursts.has(name), codec),

    /** Begins another call. @param {string} codec @param {number} bitrate */
    call: (codec, bitrate) => page.evaluate((order) => globalThis.bursts.call(order), { codec, bitrate }),

    /**
     * @param {import('../js/photographs.js').Frame[]} frames
     * @param {number} lead How many of them are only there for the encoder to get used to the scene.
     * @returns {Promise<{ index: number, luma: Uint8Array }[]>} Of the others those that came, in order: luma of limited
     *   range, rows tight.
     */
    async send(frames, lead) {
      sent = Buffer.concat(frames.map(({ data }) => data));
      received = [];
      const indices = await page.evaluate((order) => globalThis.bursts.send(order), { count: frames.length, lead });
      return indices.map((index, i) => ({ index, luma: new Uint8Array(received[i]) }));
    },
    async close() {
      await page.close();
      await server.close();
    },
  };
}

/** Runs in the page, by itself: what it needs is inside. @param {{ width: number, height: number, strip: number }} size */
function startBurstCalls({ width, height, strip }) {
  /** Five bits of the frame's number, three of the burst's. */
  const BITS = 8;
  const canvas = new OffscreenCanvas(width, height + strip);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  let now = { end() {}, writer: undefined, frames: undefined };
  let burst = 0;

  /** @param {ImageData | undefined} picture @param {number} mark */
  function paint(picture, mark) {
    if (picture) pen.putImageData(picture, 0, 0);
    for (let bit = 0; bit < BITS; bit++) {
      pen.fillStyle = (mark >> bit) & 1 ? '#fff' : '#000';
      pen.fillRect((bit * width) / BITS, height, width / BITS, strip);
    }
    const frame = new VideoFrame(canvas, { timestamp: performance.now() * 1000 });
    return now.writer.write(frame).catch(() => frame.close());
  }

  /** @param {VideoFrame} frame @returns {Promise<{ mark: number, luma: Uint8Array }>} Closes it. */
  async function read(frame) {
    if (frame.codedHeight < height + strip || frame.visibleRect.width !== width) {
      frame.close();
      return { mark: -1, luma: new Uint8Array() };
    }
    const bytes = new Uint8Array(frame.allocationSize());
    const [{ offset, stride }] = await frame.copyTo(bytes);
    frame.close();
    const luma = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      luma.set(bytes.subarray(offset + y * stride, offset + y * stride + width), y * width);
    }
    const row = offset + (height + strip / 2) * stride;
    let mark = 0;
    for (let bit = 0; bit < BITS; bit++) {
      if (bytes[row + Math.floor(((bit + 0.5) * width) / BITS)] > 126) mark |= 1 << bit;
    }
    return { mark, luma };
  }

  globalThis.bursts = {
    has(codec) {
      const names = (kind) => kind.getCapabilities('video').codecs.map(({ mimeType }) => mimeType.toLowerCase());
      const name = `video/${codec}`.toLowerCase();
      return names(RTCRtpSender).includes(name) && names(RTCRtpReceiver).includes(name);
    },

    async call({ codec, bitrate }) {
      now.end();
      const track = new MediaStreamTrackGenerator({ kind: 'video' });
      const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
      near.onicecandidate = ({ candidate }) => far.addIceCandidate(candidate);
      far.onicecandidate = ({ candidate }) => near.addIceCandidate(candidate);
      const arriving = new Promise((resolve) => {
        far.ontrack = ({ track: received }) =>
          resolve(new MediaStreamTrackProcessor({ track: received }).readable.getReader());
      });
      const transceiver = near.addTransceiver(track, {
        direction: 'sendonly',
        sendEncodings: [{ maxBitrate: bitrate }],
      });
      const wanted = RTCRtpReceiver.getCapabilities('video').codecs.filter(
        ({ mimeType }) => mimeType.toLowerCase() === `video/${codec}`.toLowerCase(),
      );
      transceiver.setCodecPreferences(wanted);
      await near.setLocalDescription();
      await far.setRemoteDescription(near.localDescription);
      await far.setLocalDescription();
      // What a line is found to carry only after many seconds, from the start.
      const kbits = bitrate / 1000;
      const sdp = far.localDescription.sdp.replace(
        /^(a=rtpmap:(\d+) (?:VP8|VP9|H264)\/90000\r\n)/gm,
        `$1a=fmtp:$2 x-google-start-bitrate=${kbits};x-google-min-bitrate=${kbits}\r\n`,
      );
      await near.setRemoteDescription({ type: 'answer', sdp });
      const parameters = transceiver.sender.getParameters();
      parameters.degradationPreference = 'maintain-resolution';
      await transceiver.sender.setParameters(parameters);
      const frames = await arriving;
      now = {
        writer: track.writable.getWriter(),
        frames,
        sender: transceiver.sender,
        end() {
          frames.cancel();
          track.stop();
          near.close();
          far.close();
        },
      };
    },

    /** How many frames were encoded, by which codec, and the bits of them. */
    async sent() {
      const stats = await now.sender.getStats();
      const codecs = Array.from(stats.values());
      const out = codecs.find(({ type }) => type === 'outbound-rtp');
      return { codec: stats.get(out.codecId)?.mimeType, bytes: out.bytesSent, frames: out.framesEncoded };
    },

    async send({ count, lead }) {
      burst = (burst + 1) % 8;
      const all = new Uint8ClampedArray(await (await fetch('/frames')).arrayBuffer());
      const size = width * height * 4;
      const pictures = Array.from({ length: count }, (_, i) => {
        return new ImageData(all.subarray(i * size, (i + 1) * size), width, height);
      });
      const came = new Map();
      let isOver = false;
      const reading = (async () => {
        while (!isOver) {
          const { value: frame, done } = await now.frames.read();
          if (done) throw new Error('The call has ended');
          const { mark, luma } = await read(frame);
          const index = mark & 31;
          if (mark >> 5 === burst && index >= lead && index < count && !came.has(index)) came.set(index, luma);
          // The last picture goes on until it has come.
          if (mark >> 5 === burst && index === 31) isOver = true;
        }
      })();
      for (const [i, picture] of pictures.entries()) {
        await paint(picture, (burst << 5) | i);
        await sleep(66);
      }
      for (const end = performance.now() + 30_000; !isOver && performance.now() < end; ) {
        await paint(undefined, (burst << 5) | 31);
        await sleep(66);
      }
      if (!isOver) throw new Error('The burst did not arrive within 30 s');
      await reading;
      const indices = Array.from(came.keys()).sort((a, b) => a - b);
      for (const index of indices) await fetch('/frame', { method: 'POST', body: came.get(index) });
      return indices;
    },
  };
}
