/** The engine's stages, by the bench's own module: stages/wasm.cpp. */

/** Where the presets build it. */
const FOLDERS = { simd: '/build/wasm/', baseline: '/build/wasm-baseline/' };

/**
 * @param {import('./contestants.js').Frame} frame
 * @param {'simd' | 'baseline'} variant
 * @param {{ quality: number }} options
 * @param {number} times Runs between two looks at the clock.
 */
export async function createStages({ data, width, height }, variant, { quality }, times) {
  const url = `${FOLDERS[variant]}tests/bench/stages/caseframe-bench-stages.mjs`;
  const { default: load } = await import(url);
  const program = await load();
  const pixels = program._allocate(width, height);
  const copy = () => program.HEAPU8.set(data, pixels);
  copy();
  const tasks = program._prepare(width, height, Math.round(quality * 100));

  /** @returns {Record<string, number>} Milliseconds of each task. */
  function round() {
    const start = performance.now();
    for (let i = 0; i < times; ++i) copy();
    const round = { copy: (performance.now() - start) / times };
    for (let i = 0; i < tasks; ++i) round[program.UTF8ToString(program._name(i))] = program._measure(i, times);
    return round;
  }
  return { round };
}
