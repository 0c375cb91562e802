/** What tells the agent that the moment was caught: a flash, and a sound for those who want one. */

/** How long a click of the shutter lasts, and when the second one comes, in s. */
const CLICK_S = 0.03;
const SECOND_AT_S = 0.07;
/** When the device is let go of, in ms. */
const CLOSE_MS = 1000;

/** How long a flash lasts, in ms. */
const FLASH_MS = 350;

/**
 * Plays once. Not by a class: its animation would play again whenever the element is shown again.
 * @param {HTMLElement} element
 */
export function flash(element) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  element.animate({ opacity: [0.9, 0] }, { duration: FLASH_MS, easing: 'ease-out' });
}

/**
 * Two short bursts of noise that fade, made here: nothing is loaded. Where there is no sound, there is silence: the
 * picture is taken, and said to be, all the same.
 */
export function click() {
  if (typeof AudioContext !== 'function') return;
  try {
    const audio = new AudioContext();
    const { sampleRate } = audio;
    const samples = Math.floor(CLICK_S * sampleRate);
    const gap = Math.floor(SECOND_AT_S * sampleRate);
    const buffer = audio.createBuffer(1, gap + samples, sampleRate);
    const data = buffer.getChannelData(0);
    for (const from of [0, gap]) {
      for (let i = 0; i < samples; i++) data[from + i] = (Math.random() * 2 - 1) * 0.25 * (1 - i / samples) ** 3;
    }
    const player = audio.createBufferSource();
    player.buffer = buffer;
    player.connect(audio.destination);
    player.start();
    // By time: where the browser lets no sound out, no end of it is told.
    setTimeout(() => audio.close().catch(() => {}), CLOSE_MS);
  } catch {
    // There is no device, or too many contexts are open.
  }
}
