/** Hiding text: a switch that is on for screens and off for cameras, until the agent says otherwise for either. */

/** @typedef {'screen' | 'camera'} Kind */

/** @param {HTMLInputElement} control @param {() => void} changed */
export function createTextHiding(control, changed) {
  /** @type {Record<Kind, boolean>} */
  const chosen = { screen: true, camera: false };
  /** @type {Kind} */
  let kind = 'camera';
  let leave = () => {};

  function show() {
    if (control.checked === chosen[kind]) return;
    control.checked = chosen[kind];
    changed();
  }

  control.addEventListener('change', () => {
    chosen[kind] = control.checked;
    changed();
  });
  show();

  return {
    isOn: () => control.checked,

    /** What would be captured from now on. @param {import('caseframe').CaptureSource} source @param {string} interactionId */
    follow(source, interactionId) {
      leave();
      const look = () => {
        const targets = source.targets();
        // Of these one is captured, or none is; where nobody can tell which, it may be the screen.
        const own = targets.filter((one) => (one.interactionId ?? interactionId) === interactionId);
        const usable = own.filter(({ cameraOff, track }) => !cameraOff && track?.readyState !== 'ended');
        const known = [usable, own, targets].find(({ length }) => length > 0);
        // Between two pictures there is none for a moment: what was chosen stays.
        if (!known) return;
        kind = known.some((one) => one.kind === 'screen') ? 'screen' : 'camera';
        show();
      };
      const stop = source.on('change', look);
      leave = () => stop?.();
      look();
    },
  };
}
