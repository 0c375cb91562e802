/**
 * Runs all of them, whatever one of them throws. What is thrown is a mistake in that callback: it goes to the
 * console and does not keep the others from running.
 * @param {...(() => void)} callbacks
 */
export function attempt(...callbacks) {
  for (const callback of callbacks) {
    try {
      callback();
    } catch (error) {
      console.error(error);
    }
  }
}
