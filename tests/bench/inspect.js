/** Whether a file is the picture that was asked for: decoded by somebody else, compared with the pixels. */
import sharp from 'sharp';

/**
 * Below this a file does not show the scene. Quality 90 gives some 36 dB here.
 */
const MINIMUM_PSNR = 30;

/**
 * @param {string} name Who made it.
 * @param {Buffer} file
 * @param {import('./scene.js').Picture} picture
 * @returns {Promise<{ bytes: number, subsampling: string, psnr: number }>}
 */
export async function inspect(name, file, { data, width, height }) {
  const image = sharp(file, { failOn: 'warning' });
  const { format, chromaSubsampling, width: w, height: h } = await image.metadata();
  if (format !== 'jpeg' || w !== width || h !== height) throw new Error(`${name} made a ${format} of ${w} × ${h}`);
  const decoded = await image.ensureAlpha().raw().toBuffer();
  let squares = 0;
  for (let i = 0; i < data.length; ++i) squares += (data[i] - decoded[i]) ** 2;
  // Three samples of each four: alpha is 255 on both sides.
  const psnr = 10 * Math.log10((255 ** 2 * data.length * 0.75) / squares);
  if (!(psnr >= MINIMUM_PSNR)) throw new Error(`${name} made another picture (${psnr.toFixed(1)} dB)`);
  return { bytes: file.length, subsampling: chromaSubsampling, psnr };
}
