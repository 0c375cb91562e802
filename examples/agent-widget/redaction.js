/** The one area that is covered: drawn on the video with the mouse, or entered in percent. */

/** @typedef {{ x: number, y: number, width: number, height: number }} Area In percent of the picture. */

const SIDES = /** @type {const} */ (['x', 'y', 'width', 'height']);
/** In percent. A shorter drag was a click. */
const SMALLEST = 0.5;
const INITIAL = { x: 35, y: 40, width: 30, height: 20 };

/** @param {HTMLElement} stage exactly the video's area @param {HTMLElement} outline inside the stage */
export function createRedaction(stage, outline) {
  const on = /** @type {HTMLInputElement} */ (document.getElementById('redact'));
  const mode = /** @type {HTMLSelectElement} */ (document.getElementById('redact-mode'));
  const inputs = SIDES.map((side) => /** @type {HTMLInputElement} */ (document.getElementById(`redact-${side}`)));

  /** @returns {Area} what is no number yet counts as nothing */
  const area = () => {
    const [x, y, width, height] = inputs.map((input) => input.valueAsNumber || 0);
    return { x, y, width, height };
  };

  /** @param {Area} next */
  function setArea(next) {
    SIDES.forEach((side, n) => {
      inputs[n].value = String(Math.round(next[side] * 2) / 2);
    });
  }

  function show() {
    outline.hidden = !on.checked;
    const { x, y, width, height } = area();
    Object.assign(outline.style, { left: `${x}%`, top: `${y}%`, width: `${width}%`, height: `${height}%` });
  }

  /** @param {PointerEvent} event in percent of the stage */
  function pointIn(event) {
    const box = stage.getBoundingClientRect();
    const within = (/** @type {number} */ value) => Math.min(100, Math.max(0, value * 100));
    return {
      x: within((event.clientX - box.left) / box.width),
      y: within((event.clientY - box.top) / box.height),
    };
  }

  stage.addEventListener('pointerdown', (event) => {
    // A finger on the video scrolls the page.
    if (event.pointerType === 'touch' || event.button !== 0) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    const from = pointIn(event);
    const drag = (/** @type {PointerEvent} */ moved) => {
      const to = pointIn(moved);
      const width = Math.abs(to.x - from.x);
      const height = Math.abs(to.y - from.y);
      if (width < SMALLEST || height < SMALLEST) return;
      on.checked = true;
      setArea({ x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width, height });
      show();
    };
    stage.addEventListener('pointermove', drag);
    stage.addEventListener('lostpointercapture', () => stage.removeEventListener('pointermove', drag), { once: true });
  });
  for (const control of [on, ...inputs]) control.addEventListener('input', show);
  setArea(INITIAL);
  show();

  return {
    /** An area that is half entered would cover nothing: the agent is told, and nothing is captured. */
    reportValidity: () => !on.checked || inputs.every((input) => input.reportValidity()),

    /** @returns {import('caseframe/engine').Region['mode']} */
    mode: () => /** @type {import('caseframe/engine').Region['mode']} */ (mode.value),

    /**
     * The regions for a capture, in ratios of the picture, whatever size it arrives in.
     * @returns {import('caseframe/engine').Region[]}
     */
    regions() {
      if (!on.checked) return [];
      const { x, y, width, height } = area();
      return [{ x: x / 100, y: y / 100, width: width / 100, height: height / 100, unit: 'ratio', mode: this.mode() }];
    },
  };
}
