/** A review of one still: each step of a drag is marked for the trace, and timed until the core's preview is seen. */
import { createCapture } from 'caseframe';
import '/dist/element.js';

/** How long a step's window is: a preview takes a fraction of it. */
const WINDOW_MS = 250;

/** @type {{ review: any, still: any, capture: any, step?: () => void }} */
let open;

/** @param {{ width: number, height: number }} size Of the still. */
export async function openReview({ width, height }) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  paint(canvas.getContext('2d'), width, height);
  const stream = canvas.captureStream();
  const capture = createCapture();
  const still = await capture.grab(stream, { timeoutMs: 60000 });
  for (const track of stream.getTracks()) track.stop();
  const review = document.createElement('caseframe-review');
  open = { review, still, capture };
  review.still = {
    ...still,
    async preview(options) {
      const preview = await still.preview(options);
      // Drawn by whoever waits for it, in this very task.
      setTimeout(() => open.step?.());
      return preview;
    },
  };
  document.body.append(review);
  await new Promise((resolve) => {
    open.step = resolve;
    review.show();
  });
  // It holds pointers off for a moment, for whoever double-clicks.
  for (const animation of review.shadowRoot.getAnimations()) animation.finish();
}

/** Where a point of the picture is in the window. @param {number} x 0..1 @param {number} y 0..1 */
export function pointOf(x, y) {
  const { left, top, width, height } = open.review.shadowRoot.querySelector('canvas').getBoundingClientRect();
  return { x: left + x * width, y: top + y * height };
}

/** What the next movement comes to; called before it. @returns {Promise<{ previewMs: number }>} */
export async function nextStep() {
  const start = await new Promise((resolve) => {
    const note = ({ timeStamp }) => {
      performance.mark('bench:click');
      resolve(Math.max(timeStamp, performance.now() - 1));
    };
    addEventListener('pointermove', note, { once: true, capture: true });
  });
  const seen = await new Promise((resolve) => {
    open.step = () => resolve(performance.now());
  });
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, WINDOW_MS - (seen - start))));
  performance.mark('bench:end');
  return { previewMs: seen - start };
}

export function closeReview() {
  open.review.remove();
  open.still.discard();
  open.capture.dispose();
}

/** Something to see everywhere. @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
function paint(context, width, height) {
  for (let n = 0; n < 400; n += 1) {
    context.fillStyle = `hsl(${(n * 47) % 360} 70% ${30 + (n % 5) * 10}%)`;
    context.fillRect(((n % 20) * width) / 20, (Math.floor(n / 20) * height) / 20, width / 20, height / 20);
  }
}
