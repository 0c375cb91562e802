/** In the page: video frames made of the photographs, and where the faces are in them. */

export const FRAME = { width: 1280, height: 720 };

/**
 * What is done to a frame. Sizes are in parts of a face's height, so that a condition is as hard at every size.
 * @typedef {object} Condition
 * @property {string} name
 * @property {boolean} [mirrored]
 * @property {number} [degrees] clockwise
 * @property {number} [brightness] of 1
 * @property {number} [noise] standard deviation of a sensor's noise, in levels
 * @property {number} [blur] standard deviation
 * @property {number} [jpeg] quality, 0..1
 * @property {boolean} [grey]
 * @property {{ at: number[], color: string }} [worn] something over each face, `at` in parts of the face's rectangle
 */

/** @type {Condition[]} */
export const CONDITIONS = [
  { name: 'mirrored', mirrored: true },
  { name: 'rotated by 15°', degrees: 15 },
  { name: 'rotated by −15°', degrees: -15 },
  { name: 'rotated by 30°', degrees: 30 },
  { name: 'rotated by −30°', degrees: -30 },
  { name: 'rotated by 45°', degrees: 45 },
  { name: 'rotated by 90°', degrees: 90 },
  { name: 'upside down', degrees: 180 },
  { name: 'brightness 50 %', brightness: 0.5, noise: 4 },
  { name: 'brightness 25 %', brightness: 0.25, noise: 4 },
  { name: 'brightness 10 %', brightness: 0.1, noise: 4 },
  { name: 'overexposed, 180 %', brightness: 1.8 },
  { name: 'blurred by 1/24', blur: 1 / 24 },
  { name: 'blurred by 1/12', blur: 1 / 12 },
  { name: 'blurred by 1/8', blur: 1 / 8 },
  { name: 'JPEG, quality 0.5', jpeg: 0.5 },
  { name: 'JPEG, quality 0.2', jpeg: 0.2 },
  { name: 'JPEG, quality 0.05', jpeg: 0.05 },
  { name: 'black and white', grey: true },
  { name: 'a mask over mouth and nose', worn: { at: [0, 0.55, 1, 0.45], color: '#9ec6d8' } },
  { name: 'sunglasses', worn: { at: [0, 0.27, 1, 0.22], color: '#15151a' } },
  { name: 'the left half hidden', worn: { at: [0, 0, 0.5, 1], color: '#6b5a50' } },
];

/** @typedef {(x: number, y: number) => { x: number, y: number }} Mapping */
/** @typedef {{ points: { x: number, y: number }[], counts: boolean }} Face Points of its ellipse, in the frame. */

/**
 * @param {ImageBitmap} image @param {number[][]} faces @param {number} size the median face's height, in pixels
 * @param {ImageBitmap} background @param {Condition} condition
 * @returns {Promise<{ bitmap: ImageBitmap, faces: Face[] }[]>} One frame, or one for each face where not all fit.
 */
export async function framesOf(image, faces, size, background, condition) {
  const heights = faces.map(([, , , height]) => height).sort((a, b) => a - b);
  const scale = size / heights[heights.length >> 1];
  const all = around(faces);
  const fits = all.width * scale < FRAME.width && all.height * scale < FRAME.height;
  const subjects = fits ? [faces] : faces.map((face) => [face]);
  return Promise.all(
    subjects.map((subject) =>
      compose({ image, faces, subject, scale, background, condition, size, random: seeded(1) }),
    ),
  );
}

/** A picture without faces, filling the frame. @param {ImageBitmap} image @param {number[]} [part] */
export async function emptyFrame(image, part = [0, 0, image.width, image.height]) {
  const [x, y, width, height] = part;
  const context = canvas();
  const scale = Math.max(FRAME.width / width, FRAME.height / height);
  const [w, h] = [FRAME.width / scale, FRAME.height / scale];
  context.drawImage(image, x + (width - w) / 2, y + (height - h) / 2, w, h, 0, 0, FRAME.width, FRAME.height);
  return createImageBitmap(context.canvas);
}

/** @param {any} parts */
async function compose({ image, faces, subject, scale, background, condition, size, random }) {
  const { mirrored, degrees = 0, brightness = 1, noise = 0, blur = 0, jpeg, grey, worn } = condition;
  const context = canvas();
  const box = around(subject);
  const filters = [`brightness(${brightness})`, `blur(${blur * size}px)`, grey ? 'grayscale(1)' : ''];
  context.filter = filters.join(' ');
  context.drawImage(background, 0, 0, FRAME.width, FRAME.height);
  // The subject stands in the middle of the frame.
  const matrix = new DOMMatrix()
    .translate(FRAME.width / 2, FRAME.height / 2)
    .rotate(degrees)
    .scale(mirrored ? -scale : scale, scale)
    .translate(-(box.x + box.width / 2), -(box.y + box.height / 2));
  context.setTransform(matrix);
  context.drawImage(dressed(image, faces, worn), 0, 0);
  context.resetTransform();
  if (noise > 0) addNoise(context, noise, random);
  const bitmap = await createImageBitmap(
    jpeg === undefined ? context.canvas : await context.canvas.convertToBlob({ type: 'image/jpeg', quality: jpeg }),
  );
  return {
    bitmap,
    faces: faces.map((/** @type {number[]} */ face) => {
      const points = ellipse(face).map((point) => matrix.transformPoint(point));
      const seen = points.filter(({ x, y }) => x >= 0 && y >= 0 && x < FRAME.width && y < FRAME.height);
      return { points: seen, counts: subject.includes(face) && seen.length > 0.9 * points.length };
    }),
  };
}

/** @param {ImageBitmap} image @param {number[][]} faces @param {Condition['worn']} worn */
function dressed(image, faces, worn) {
  if (!worn) return image;
  const context = contextOf(new OffscreenCanvas(image.width, image.height));
  context.drawImage(image, 0, 0);
  context.fillStyle = worn.color;
  const [left, top, wide, high] = worn.at;
  for (const [x, y, width, height] of faces) {
    context.fillRect(x + left * width, y + top * height, wide * width, high * height);
  }
  return context.canvas;
}

/** Points all over the ellipse that fills the rectangle: a face has no corners. @param {number[]} face */
function ellipse([x, y, width, height]) {
  const points = [];
  const steps = 24;
  for (let row = 0.5; row < steps; row += 1) {
    for (let column = 0.5; column < steps; column += 1) {
      const [u, v] = [column / steps, row / steps];
      if ((u - 0.5) ** 2 + (v - 0.5) ** 2 <= 0.25) points.push({ x: x + u * width, y: y + v * height });
    }
  }
  return points;
}

/** @param {number[][]} faces */
function around(faces) {
  const x = Math.min(...faces.map((face) => face[0]));
  const y = Math.min(...faces.map((face) => face[1]));
  const right = Math.max(...faces.map((face) => face[0] + face[2]));
  const bottom = Math.max(...faces.map((face) => face[1] + face[3]));
  return { x, y, width: right - x, height: bottom - y };
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {number} deviation @param {() => number} random */
function addNoise(context, deviation, random) {
  const image = context.getImageData(0, 0, FRAME.width, FRAME.height);
  for (let at = 0; at < image.data.length; at += 1) {
    // Twelve uniform numbers less six are nearly normal; four, stretched, are near enough and faster.
    const normal = (random() + random() + random() + random() - 2) * Math.sqrt(3);
    if (at % 4 !== 3) image.data[at] += normal * deviation;
  }
  context.putImageData(image, 0, 0);
}

/** The same frames in every run: xorshift32. @param {number} seed */
function seeded(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function canvas() {
  return contextOf(new OffscreenCanvas(FRAME.width, FRAME.height));
}

/** @param {OffscreenCanvas} of */
function contextOf(of) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (of.getContext('2d', { willReadFrequently: true }));
  context.imageSmoothingQuality = 'high';
  return context;
}
