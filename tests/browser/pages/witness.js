/** What somebody in front of the page sees of a call: an element of its own, beside the package's. */
import { readCounter } from './call.js';

const WIDTH = 64;
const HEIGHT = 36;

/** What a codec may do to a flat colour, per sample. */
const TOLERANCE = 24;

/** @param {{ stream: MediaStream }} call */
export async function createWitness({ stream }) {
  const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true, srcObject: stream });
  document.body.append(video);
  await video.play();
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d', { willReadFrequently: true });

  function look() {
    context.drawImage(video, 0, 0, WIDTH, HEIGHT);
    return context.getImageData(0, 0, WIDTH, HEIGHT);
  }

  return {
    video,
    /** Which frame is shown now. */
    counter: () => readCounter(look()),
    /** Whether all of the picture is of one colour. @param {number[]} color Red, green and blue. */
    shows: (color) => look().data.every((value, i) => i % 4 === 3 || Math.abs(value - color[i % 4]) <= TOLERANCE),
    end() {
      video.srcObject = null;
      video.remove();
    },
  };
}
