/** Hiding faces: a switch, and a detector of which nothing is fetched before the switch is on. */

import { CaptureError } from 'caseframe';
import { strings } from './strings.js';

/** @typedef {import('caseframe/engine').Region} Region */

/** @param {HTMLInputElement} control @param {HTMLElement} state says how far the loading is */
export function createFaceHiding(control, state) {
  /** @type {Promise<import('@caseframe/example-face-detection').FaceDetector> | null} */
  let detector = null;

  async function loaded() {
    detector ??= import('face-detection').then(({ createFaceDetector }) => createFaceDetector());
    try {
      return await detector;
    } catch (cause) {
      detector = null;
      const details = { component: 'face-detector' };
      throw new CaptureError('engine-load', 'The face detector could not be loaded', { cause, details });
    }
  }

  /** Ahead of the first capture, which would wait for it. */
  async function prepare() {
    if (!control.checked) return show();
    show('loading', strings.facesLoading);
    try {
      await (await loaded()).ready();
      if (control.checked) show('ready', strings.facesReady);
    } catch {
      if (control.checked) show('failed', strings.facesUnavailable);
    }
  }

  function show(now = '', text = '') {
    state.dataset.state = now;
    state.textContent = text;
  }

  control.addEventListener('change', prepare);
  prepare();

  return {
    /**
     * For one capture; nothing while the switch is off.
     * @param {{ mode: Region['mode'], signal: AbortSignal }} options
     */
    search(options) {
      if (!control.checked) return undefined;
      /** @type {Region[] | undefined} */
      let regions;
      return {
        /** @param {import('caseframe').Still} still */
        async detect(still) {
          regions = await (await loaded()).detect(still, options);
          if (control.checked) show('ready', strings.facesReady);
          return regions;
        },
        /** How many; known once `detect` is done. */
        found: () => regions?.length,
      };
    },

    dispose() {
      detector?.then((created) => created.dispose());
    },
  };
}

/** @param {CaptureError} error */
export function isFromDetector({ details }) {
  return details.component === 'face-detector';
}
