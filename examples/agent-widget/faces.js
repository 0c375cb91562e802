/** Hiding faces: a switch, and a detector of which nothing is fetched before the switch is on. */

import { CaptureError } from 'caseframe';
import { strings } from './strings.js';

/** @param {HTMLInputElement} control @param {HTMLElement} state says how far the loading is */
export function createFaceHiding(control, state) {
  /** @type {Promise<import('@caseframe/example-face-detection').FaceDetector> | null} */
  let detector = null;
  /** What was found in the picture that is being taken, or was taken last. @type {{ count?: number }} */
  let found = {};

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
    isOn: () => control.checked,

    /** Another picture is being taken: nobody has looked for faces in it yet. */
    begin() {
      found = {};
    },

    /** The `detect` hook: what is suggested in the review, or covered without one. @param {import('caseframe').Still} still */
    async detect(still) {
      const own = found; // A picture that was cancelled may still be searched while the next one is taken.
      const regions = await (await loaded()).detect(still);
      own.count = regions.length;
      if (control.checked) show('ready', strings.facesReady);
      return regions;
    },

    /** How many the picture that was just taken has, where they were looked for. */
    count: () => found.count,

    dispose() {
      detector?.then((created) => created.dispose());
    },
  };
}

/** @param {CaptureError} error */
export function isFromDetector({ details }) {
  return details.component === 'face-detector';
}
