/**
 * What a situation is played with: a call, a capture, and an eye on the clock. Everything it hands out is put away when
 * the situation is over.
 */
import { createSender, startCall } from './call.js';

const { lab } = globalThis;

/** For a picture that is to come, however long the machine stands still meanwhile. */
const PATIENCE_MS = 20000;

/** @param {{ capture?: object, hide: () => Promise<unknown> }} page */
export function createStage({ capture: captureOptions, hide }) {
  const endings = [];
  /** @type {any} */
  let capture;

  const stage = {
    ...lab,
    createSender,
    hide,

    /** A call whose pictures arrive. @param {object} [options] */
    async call({ arrives = true, ...options } = {}) {
      const call = await startCall(options);
      endings.push(() => call.end());
      await isLoaded();
      if (arrives) await hasArrived(call);
      return call;
    },

    /** One for the whole situation, or another with options of its own. @param {object} [options] */
    capture(options) {
      if (!options && capture) return capture;
      const created = lab.createCapture({ ...captureOptions, ...options });
      endings.push(() => created.dispose());
      if (!options) capture = created;
      return created;
    },

    /**
     * A snapshot's outcome, beside what is needed to judge it: which frames the customer painted meanwhile, and when
     * it was due.
     * @param {any} source A call, or anything that can be captured.
     * @param {any} [given] Its options.
     * @param {{ capture?: any, counter?: () => number }} [from]
     */
    async take(source, given = {}, { capture: by = stage.capture(), counter = source.counter } = {}) {
      const options = { timeoutMs: PATIENCE_MS, ...given };
      const from = counter?.();
      const outcome = await lab.outcome(by.snapshot(source.stream || source, options));
      return { ...outcome, from, to: counter?.(), dueMs: options.timeoutMs };
    },

    /** Resolves once somebody in front of the page sees what `condition` asks of the witness. */
    async sees(call, condition) {
      const witness = await lab.createWitness(call);
      endings.push(() => witness.end());
      await lab.until(call, () => condition(witness));
    },

    /** An element that plays. @param {object} properties @param {HTMLElement} [parent] */
    async play(properties, parent = document.body) {
      const video = Object.assign(document.createElement('video'), { muted: true, loop: true, ...properties });
      parent.append(video);
      endings.push(() => video.remove());
      await video.play();
      await isLoaded();
      return video;
    },

    /** @param {unknown} condition @param {string} message */
    expect(condition, message) {
      if (!condition) throw new Error(message);
    },

    async clear() {
      for (const end of endings.reverse()) await end();
    },
  };
  return stage;

  /** Loading is no part of the wait that the situations are about; where it fails, the capture says so. */
  async function isLoaded() {
    await stage
      .capture()
      .ready()
      .catch(() => {});
  }
}

/** The decoder has put out a frame of a useful size; a canvas always has one. */
async function hasArrived({ receiver }) {
  for (const start = performance.now(); receiver; await lab.sleep(30)) {
    let [decoded, width] = [0, 0];
    for (const [, { type, frameWidth = 0, framesDecoded }] of await receiver.getStats()) {
      if (type === 'inbound-rtp') decoded = framesDecoded;
      // Chromium 80 tells the size beside it, of the track.
      width = Math.max(width, frameWidth);
    }
    if (decoded > 2 && width >= 160) return;
    if (performance.now() - start > 60000) throw new Error('No picture of the call has arrived');
  }
}
