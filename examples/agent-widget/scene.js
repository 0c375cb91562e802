/**
 * What the customer's camera sees: photographs, filmed as if by hand, and a membership card held up to it, which is
 * something to cover. A strip of blocks in the corner counts the frames, so that a picture tells which frame it is.
 */

const WIDTH = 1280;
const HEIGHT = 720;
/** Of a customer's camera; a machine without a graphics card bears fewer. */
const FRAMES_PER_SECOND = { usual: 30, least: 1 };
const PHOTOGRAPHS = ['astronaut.png', 'coffee.png', 'rocket.jpg'];
/** Photographs are prepared this much larger than the picture, which leaves room to pan and zoom. */
const ROOM = 1.25;
const SECONDS_PER_PHOTOGRAPH = 8;
const SECONDS_OF_FADE = 1;
const CARD = { x: 816, y: 432, width: 400, height: 224 };
/** The frame counter: 16 blocks of 32 × 32 px from the left, the most significant bit first, white is 1. */
const COUNTER = { bits: 16, block: 32 };
/** What the counter of a still scene shows: a pattern that is no small number. */
const STILL_COUNT = 0b1010_0101_1100_0011;

/**
 * @param {object} options
 * @param {boolean} options.still Every frame shows the same picture.
 * @param {boolean} options.counter The strip is drawn.
 * @param {number} [options.fps] Frames a second, 1 to 30; what is none of these counts as 30.
 * @returns {Promise<{ canvas: HTMLCanvasElement, fps: number, frame(): number }>} drawn `fps` times a second for as long
 *   as the page lives; `frame` is what the counter shows now
 */
export async function createScene({ still, counter, fps = FRAMES_PER_SECOND.usual }) {
  const canvas = createCanvas(WIDTH, HEIGHT);
  const context = contextOf(canvas);
  const photographs = await Promise.all(PHOTOGRAPHS.map(prepare));
  let count = still ? STILL_COUNT : 0;
  const { usual, least } = FRAMES_PER_SECOND;
  const pace = fps >= least && fps <= usual ? fps : usual;

  /** @param {number} seconds */
  function drawMoment(seconds) {
    drawPhotographs(context, photographs, seconds);
    drawCard(context, CARD.x + sway(seconds, 1.3) * 8, CARD.y + sway(seconds, 1.7) * 6);
    if (counter) drawCounter(context, count);
  }

  drawMoment(0);
  const started = performance.now();
  const picture = still ? await createImageBitmap(canvas) : null;
  setInterval(() => {
    if (picture) {
      context.drawImage(picture, 0, 0);
    } else {
      count = (count + 1) % 2 ** COUNTER.bits;
      drawMoment((performance.now() - started) / 1000);
    }
  }, 1000 / pace);
  return { canvas, fps: pace, frame: () => count };
}

/** The photograph, cropped to the picture's shape. @param {string} name */
async function prepare(name) {
  const image = new Image();
  image.src = new URL(`media/${name}`, import.meta.url).href;
  await image.decode();
  const canvas = createCanvas(WIDTH * ROOM, HEIGHT * ROOM);
  const scale = Math.max(canvas.width / image.naturalWidth, canvas.height / image.naturalHeight);
  const width = image.naturalWidth * scale;
  const height = image.naturalHeight * scale;
  contextOf(canvas).drawImage(image, (canvas.width - width) / 2, (canvas.height - height) / 4, width, height);
  return canvas;
}

/** @param {CanvasRenderingContext2D} context @param {HTMLCanvasElement[]} photographs @param {number} seconds */
function drawPhotographs(context, photographs, seconds) {
  const turn = Math.floor(seconds / SECONDS_PER_PHOTOGRAPH);
  const remaining = (turn + 1) * SECONDS_PER_PHOTOGRAPH - seconds;
  drawPhotograph(context, photographs[turn % photographs.length], seconds);
  if (remaining < SECONDS_OF_FADE) {
    context.globalAlpha = 1 - remaining / SECONDS_OF_FADE;
    drawPhotograph(context, photographs[(turn + 1) % photographs.length], seconds);
    context.globalAlpha = 1;
  }
}

/** @param {CanvasRenderingContext2D} context @param {HTMLCanvasElement} photograph @param {number} seconds */
function drawPhotograph(context, photograph, seconds) {
  const zoom = 1.1 + 0.08 * Math.sin(seconds * 0.4);
  const width = WIDTH * zoom;
  const height = HEIGHT * zoom;
  const x = ((photograph.width - width) / 2) * (1 + 0.8 * sway(seconds, 0.5));
  const y = ((photograph.height - height) / 2) * (1 + 0.8 * sway(seconds, 0.7));
  context.drawImage(photograph, x, y, width, height, 0, 0, WIDTH, HEIGHT);
}

/** A hand does not move in circles: two rhythms that do not meet. @param {number} seconds @param {number} pace */
function sway(seconds, pace) {
  return 0.7 * Math.sin(seconds * pace) + 0.3 * Math.sin(seconds * pace * 2.7);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y */
function drawCard(context, x, y) {
  context.fillStyle = '#f4f1e8';
  context.fillRect(x, y, CARD.width, CARD.height);
  context.fillStyle = '#1d4f7c';
  context.fillRect(x, y, CARD.width, 56);
  context.textBaseline = 'middle';
  context.fillStyle = '#ffffff';
  context.font = '600 24px sans-serif';
  context.fillText('MEMBERSHIP CARD', x + 24, y + 29);
  context.fillStyle = '#4a5560';
  context.font = '20px sans-serif';
  context.fillText('Number', x + 24, y + 92);
  context.fillText('Valid until 12/29', x + 24, y + 186);
  context.fillStyle = '#14202b';
  context.font = '700 40px monospace';
  context.fillText('4471 9382 0056', x + 24, y + 134, CARD.width - 48);
}

/** @param {CanvasRenderingContext2D} context @param {number} count */
function drawCounter(context, count) {
  for (let bit = 0; bit < COUNTER.bits; bit += 1) {
    context.fillStyle = (count >> (COUNTER.bits - 1 - bit)) & 1 ? '#ffffff' : '#000000';
    context.fillRect(bit * COUNTER.block, 0, COUNTER.block, COUNTER.block);
  }
}

/** @param {number} width @param {number} height */
function createCanvas(width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
}
