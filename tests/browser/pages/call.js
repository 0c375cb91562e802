/**
 * A call over a loopback RTCPeerConnection: a customer who paints what they send, and an agent who receives it.
 *
 * The scene is four coloured quarters under a counter of sixteen bits, drawn as blocks of black and white across the
 * middle, so that a picture of any size tells which frame it is.
 */
export const QUARTERS = [
  [200, 40, 40],
  [40, 160, 60],
  [40, 60, 200],
  [200, 200, 200],
];

const BITS = 16;

export function startCall(options = {}) {
  return typeof RTCPeerConnection === 'function' ? callOverNetwork(options) : callWithinPage(options);
}

async function callOverNetwork({ width = 640, height = 360, maxBitrate = 2500000, turned = 0, silent = false }) {
  const sending = createSender(width, height, { turned });
  const customer = new RTCPeerConnection();
  const agent = new RTCPeerConnection();
  // Chrome 80 does not take the null that ends them.
  customer.onicecandidate = ({ candidate }) => candidate && agent.addIceCandidate(candidate);
  agent.onicecandidate = ({ candidate }) => candidate && customer.addIceCandidate(candidate);
  const received = new Promise((resolve) => {
    agent.ontrack = resolve;
  });
  const transceiver = customer.addTransceiver(sending.track, {
    direction: 'sendonly',
    streams: [new MediaStream([sending.track])],
    sendEncodings: [{ maxBitrate, active: !silent }],
  });
  await negotiate(customer, agent);
  const { track, receiver, streams } = await received;

  function activate(active) {
    const parameters = transceiver.sender.getParameters();
    parameters.encodings[0].active = active;
    return transceiver.sender.setParameters(parameters);
  }

  return {
    sending,
    stream: streams[0],
    track,
    receiver,
    sender: transceiver.sender,
    counter: sending.counter,
    cameraOff() {
      sending.track.enabled = false;
    },
    freeze: () => transceiver.sender.replaceTrack(null),
    resume: () => transceiver.sender.replaceTrack(sending.track),
    /** Nothing is sent any more. */
    silence: () => activate(false),
    /** A call that was silent from the start begins to send. */
    speak: () => activate(true),
    switchTo: (other) => transceiver.sender.replaceTrack(other.track),
    async setInactive() {
      transceiver.direction = 'inactive';
      await negotiate(customer, agent);
    },
    hangUp() {
      agent.close();
      customer.close();
    },
    end() {
      this.hangUp();
      sending.stop();
    },
  };
}

/**
 * The same without a network, for a browser that has no RTCPeerConnection: the customer's canvas is the stream. What
 * the network would do to it is painted: silence when nothing comes, black where the sender would send black.
 */
function callWithinPage({ width = 640, height = 360 }) {
  const sending = createSender(width, height);
  const stream = new MediaStream([sending.track]);
  return {
    sending,
    stream,
    track: sending.track,
    counter: sending.counter,
    cameraOff: () => sending.show('#000'),
    freeze: () => sending.pause(true),
    silence: () => sending.pause(true),
    resume: () => sending.pause(false),
    hangUp() {
      // Ended by its source, a track tells; ended by `stop()`, it does not.
      sending.track.stop();
    },
    end() {
      this.hangUp();
      sending.stop();
    },
  };
}

async function negotiate(from, to) {
  await from.setLocalDescription(await from.createOffer());
  await to.setRemoteDescription(from.localDescription);
  await to.setLocalDescription(await to.createAnswer());
  await from.setRemoteDescription(to.localDescription);
}

/**
 * Paints from a worker's clock into a track, so that it goes on in a hidden tab.
 * @param {number} width
 * @param {number} height Upright.
 * @param {{ from?: number, turned?: 0 | 90 | 180 | 270, plain?: boolean }} [options] `from`: where the counter begins.
 *   `turned`: as a phone held upright sends it, lying on its side with the turn to make noted beside it, in degrees
 *   clockwise. `plain`: as a canvas's stream, in the colours that recorders expect.
 */
export function createSender(width, height, { from = 0, turned = 0, plain = false } = {}) {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const canGenerate = !plain && typeof MediaStreamTrackGenerator === 'function' && typeof VideoFrame === 'function';
  const generator = canGenerate ? new MediaStreamTrackGenerator({ kind: 'video' }) : undefined;
  const writer = generator?.writable.getWriter();
  const ticker = new Worker('/pages/ticker.js');
  let counter = from;
  let paint = paintScene;
  let running = true;
  /** For the next picture: one of the old size is never sent in the new one. @type {[number, number] | undefined} */
  let size = [width, height];
  let beats = 0;
  const waiting = [];

  function tick() {
    beats++;
    for (const resolve of waiting.splice(0)) resolve();
    if (!running) return;
    counter = (counter + 1) % 2 ** BITS;
    if (size) {
      [width, height] = size;
      lay(canvas, context, size, turned);
      size = undefined;
    }
    paint(context, width, height, counter);
    if (!writer) return;
    const timestamp = performance.now() * 1000;
    const frame = new VideoFrame(canvas, turned ? { timestamp, rotation: turned } : { timestamp });
    // What the track does not take any more is nobody's.
    writer.write(frame).catch(() => frame.close());
  }
  ticker.onmessage = tick;
  tick();

  return {
    track: generator || canvas.captureStream(30).getVideoTracks()[0],
    counter: () => counter,
    /** How often its clock has ticked, 30 times a second on a machine with time for it; when paused, too. */
    beats: () => beats,
    /** Resolves with the clock's next tick, in a hidden tab as well. */
    beat: () => new Promise((resolve) => waiting.push(resolve)),
    /** @param {string} color One flat colour from now on; the scene again without. */
    show(color) {
      paint = color ? (ctx, w, h) => fill(ctx, color, 0, 0, w, h) : paintScene;
    },
    resize(w, h) {
      size = [w, h];
    },
    pause(paused) {
      running = !paused;
    },
    stop() {
      ticker.terminate();
      if (generator) generator.stop();
    },
  };
}

/**
 * Sizes a canvas so that what is painted upright lies on it.
 * @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2D} context @param {[number, number]} upright
 * @param {number} turned By this many degrees clockwise the picture becomes upright again.
 */
function lay(canvas, context, [width, height], turned) {
  [canvas.width, canvas.height] = turned % 180 ? [height, width] : [width, height];
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((-turned * Math.PI) / 180);
  context.translate(-width / 2, -height / 2);
}

export function paintScene(context, width, height, counter) {
  QUARTERS.forEach((color, i) => {
    fill(context, `rgb(${color})`, ((i % 2) * width) / 2, (Math.floor(i / 2) * height) / 2, width / 2, height / 2);
  });
  for (let bit = 0; bit < BITS; bit++) {
    const isSet = (counter >> (BITS - 1 - bit)) & 1;
    fill(context, isSet ? '#fff' : '#000', (bit * width) / BITS, height * 0.4, width / BITS, height * 0.2);
  }
}

/** Which frame of the scene a picture shows. @param {ImageData} picture Upright. */
export function readCounter({ data, width, height }) {
  const row = Math.floor(height / 2) * width;
  let counter = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const green = data[(row + Math.floor(((bit + 0.5) / BITS) * width)) * 4 + 1];
    counter = counter * 2 + (green > 127 ? 1 : 0);
  }
  return counter;
}

function fill(context, color, x, y, width, height) {
  context.fillStyle = color;
  context.fillRect(x, y, width, height);
}
