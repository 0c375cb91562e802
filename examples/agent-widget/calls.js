/** The call that the agent sees: over a plain stream, or the real Genesys SDK with two customers. */

import { fromMediaStream } from 'caseframe';
import { startCall } from './customer.js';

/** @typedef {'connecting' | 'connected' | 'ended'} CallState */

/**
 * @param {object} page
 * @param {HTMLVideoElement} page.video
 * @param {import('./genesys.js').Scene} page.scene
 * @param {boolean} page.isGenesys
 * @param {string | null} page.interactionId Of a plain call; null for one of its own each time.
 * @param {(state: CallState) => void} page.show
 * @param {(interactionId: string) => void} page.turn The agent has turned to this interaction.
 */
export function createCalls({ video, scene, isGenesys, interactionId, show, turn }) {
  /** @type {import('./customer.js').Call | null} */
  let call = null;
  /** With the Genesys SDK, the same call. @type {import('./genesys.js').GenesysCalls | null} */
  let customers = null;
  /** What is captured from; after a call it stays, so that the button says why it cannot. */
  let source = fromMediaStream(new MediaStream());

  async function answerPlain() {
    call = await startCall(scene.canvas);
    source.dispose();
    source = fromMediaStream(call.stream);
    video.srcObject = call.stream;
    turn(interactionId ?? `case-${Math.random().toString(36).slice(2, 10)}`);
  }

  async function answerGenesys() {
    const { startGenesysCalls } = await import('./genesys.js');
    const started = await startGenesysCalls(scene, (shown) => {
      video.srcObject = shown.stream;
      video.play().catch(() => {}); // After a call that has ended, an element does not play by itself.
      if (customers) turn(shown.interactionId);
      else first = shown.interactionId;
    });
    customers = started;
    call = { ...started, stream: /** @type {MediaStream} */ (video.srcObject) };
    source.dispose();
    source = started.source;
    turn(first);
  }
  let first = '';

  video.addEventListener('playing', () => {
    // After a call the element goes on: it plays black.
    if (call) show('connected');
  });

  return {
    source: () => source,
    isOn: () => call !== null,
    setCamera: (/** @type {boolean} */ on) => call?.setCamera(on),
    setFrozen: (/** @type {boolean} */ frozen) => call?.setFrozen(frozen),
    setSharing: (/** @type {boolean} */ sharing) => customers?.setSharing(sharing),
    switchCustomer: () => customers?.switchCustomer(),

    /** Of the customer who is shown. */
    situation: () => ({
      cameraOff: customers?.isCameraOn() === false,
      frozen: customers?.isFrozen() === true,
      sharing: customers?.isSharing() === true,
    }),

    async answer() {
      show('connecting');
      try {
        await (isGenesys ? answerGenesys() : answerPlain());
      } catch (error) {
        show('ended');
        throw error;
      }
    },

    end() {
      call?.end();
      call = customers = null;
      show('ended');
    },

    dispose() {
      call?.end();
      source.dispose();
    },
  };
}
