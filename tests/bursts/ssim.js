/**
 * How like two pictures are: mean SSIM (Wang, Bovik, Sheikh and Simoncelli 2004, equation 13, with its K1 = 0.01 and
 * K2 = 0.03) of luma, over windows of 8 × 8 samples, 4 apart, each sample of the same weight.
 */

const SIDE = 8;
const STEP = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** @param {Uint8Array} a Rows tight. @param {Uint8Array} b @param {number} width @param {number} height */
export function ssim(a, b, width, height) {
  let sum = 0;
  let count = 0;
  for (let top = 0; top + SIDE <= height; top += STEP) {
    for (let left = 0; left + SIDE <= width; left += STEP) {
      sum += windowAt(a, b, top * width + left, width);
      count++;
    }
  }
  return sum / count;
}

/** @param {Uint8Array} a @param {Uint8Array} b @param {number} from @param {number} stride */
function windowAt(a, b, from, stride) {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let y = 0, row = from; y < SIDE; y++, row += stride) {
    for (let at = row; at < row + SIDE; at++) {
      const [x, z] = [a[at], b[at]];
      sumA += x;
      sumB += z;
      squaresA += x * x;
      squaresB += z * z;
      products += x * z;
    }
  }
  const n = SIDE * SIDE;
  const [meanA, meanB] = [sumA / n, sumB / n];
  const [varianceA, varianceB] = [squaresA / n - meanA * meanA, squaresB / n - meanB * meanB];
  const covariance = products / n - meanA * meanB;
  const likeness = (2 * meanA * meanB + C1) * (2 * covariance + C2);
  return likeness / ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2));
}
