/** Two customers at once, over the real Genesys SDK: what `?source=genesys` shows. */

import { fromWebrtcSdk } from 'caseframe/genesys';
import { createAgent, joinConversation } from './conference.js';

/** At most, of which the scene paints as many as it does. */
const FRAMES_PER_SECOND = 30;
/** Enough for a sharp 1280 × 720 at 30 frames a second; a loopback has room for it. */
const MAX_BITRATE = 8_000_000;

/** @typedef {Awaited<ReturnType<typeof startGenesysCalls>>} GenesysCalls */
/** @typedef {{ canvas: HTMLCanvasElement, fps: number }} Scene What a customer's camera sees, so often a second. */

/**
 * @param {Scene} scene The first customer's.
 * @param {(shown: { stream: MediaStream, interactionId: string }) => void} show Called with whom the agent turns to.
 */
export async function startGenesysCalls(scene, show) {
  const agent = await createAgent();
  const source = fromWebrtcSdk(agent.sdk);
  const customers = [
    await startCustomer(agent, 'conversation-a', scene, () => {}),
    await startCustomer(agent, 'conversation-b', ...secondScene(scene)),
  ];
  let shown = customers[0];
  show(shown);

  return {
    source,
    isCameraOn: () => shown.isCameraOn(),
    isFrozen: () => shown.isFrozen(),
    isSharing: () => shown.isSharing(),
    /** The agent turns to the other customer; both calls go on. */
    switchCustomer() {
      shown = customers[1 - customers.indexOf(shown)];
      show(shown);
    },
    /** @param {boolean} on */
    setCamera: (on) => shown.setCamera(on),
    /** @param {boolean} frozen */
    setFrozen: (frozen) => shown.setFrozen(frozen),
    /** @param {boolean} sharing */
    setSharing: (sharing) => shown.setSharing(sharing),
    async end() {
      for (const customer of customers) await customer.end();
    },
  };
}

/**
 * @param {import('./conference.js').Agent} agent
 * @param {string} conversationId
 * @param {Scene} scene
 * @param {() => void} stop
 */
async function startCustomer(agent, conversationId, { canvas, fps }, stop) {
  const participantId = `customer-of-${conversationId}`;
  const state = { camera: true, frozen: false, sharing: false };
  const [camera] = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
  camera.contentHint = 'detail';
  const [screenScene, stopScreen] = screen(conversationId, fps, () => state.sharing);
  const [screenTrack] = screenScene.canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
  const call = await joinConversation(agent, {
    conversationId,
    video: camera,
    own: new MediaStream(),
    customers: [{ participantId }],
  });
  const { sender } = call.camera;
  const parameters = sender.getParameters();
  parameters.encodings[0].maxBitrate = MAX_BITRATE;
  await sender.setParameters({ ...parameters, degradationPreference: 'maintain-resolution' });
  const receiver = call.session.pc
    .getReceivers()
    .find((/** @type {RTCRtpReceiver} */ { track }) => track.kind === 'video');

  /** What is sent, and what the server tells of it: without a camera nothing is, and the agent's side is told so. */
  async function apply(/** @type {Partial<typeof state>} */ change) {
    Object.assign(state, change);
    const video = state.sharing ? screenTrack : camera;
    call.setParticipant(participantId, { sharingScreen: state.sharing, videoMuted: !state.camera || state.sharing });
    await sender.replaceTrack((state.camera || state.sharing) && !state.frozen ? video : null);
  }

  return {
    stream: new MediaStream([receiver.track]),
    interactionId: conversationId,
    isCameraOn: () => state.camera,
    isFrozen: () => state.frozen,
    isSharing: () => state.sharing,
    setCamera: (/** @type {boolean} */ on) => apply({ camera: on }),
    setFrozen: (/** @type {boolean} */ frozen) => apply({ frozen }),
    setSharing: (/** @type {boolean} */ sharing) => apply({ sharing }),
    async end() {
      stop();
      stopScreen();
      await call.end();
      camera.stop();
      screenTrack.stop();
    },
  };
}

/**
 * The other customer's camera: the same photographs in other colours.
 * @param {Scene} scene
 * @returns {[Scene, () => void]}
 */
function secondScene({ canvas, fps }) {
  return paint(canvas.width, canvas.height, fps, (context) => {
    context.filter = 'hue-rotate(150deg)';
    context.drawImage(canvas, 0, 0);
  });
}

/**
 * What a customer shares: a page of text, painted while it is shared.
 * @param {string} title @param {number} fps @param {() => boolean} isShared
 */
function screen(title, fps, isShared) {
  return paint(1280, 720, fps, (context, isFirst) => {
    if (!isFirst && !isShared()) return;
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, 1280, 720);
    context.fillStyle = '#1d4f7c';
    context.fillRect(0, 0, 1280, 72);
    context.fillStyle = '#ffffff';
    context.font = '600 32px sans-serif';
    context.fillText(title, 40, 48);
    context.fillStyle = '#14202b';
    context.font = '24px sans-serif';
    for (let line = 1; line <= 10; line += 1)
      context.fillText(`Line ${line} of the shared document`, 40, 90 + line * 52);
    // Something that moves: a screen that stands still is not sent again.
    context.fillRect(40, 680, ((performance.now() / 10) % 1200) + 1, 8);
  });
}

/**
 * @param {number} width @param {number} height @param {number} fps
 * @param {(context: CanvasRenderingContext2D, isFirst: boolean) => void} draw
 * @returns {[Scene, () => void]} The scene, and what stops its painting.
 */
function paint(width, height, fps, draw) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
  draw(context, true);
  const timer = setInterval(() => draw(context, false), 1000 / fps);
  return [{ canvas, fps }, () => clearInterval(timer)];
}
