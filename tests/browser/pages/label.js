/**
 * A serial number on a label, line after line, out of focus or not.
 * @param {number} blur In pixels; 0 is sharp.
 * @param {{ band?: boolean }} [options] `band`: below it a band tells which it is, white where it is sharp, else black.
 */
export function drawLabel(blur, { band = false } = {}) {
  const canvas = new OffscreenCanvas(640, 360);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ccc';
  context.fillRect(0, 0, 640, 360);
  context.filter = blur ? `blur(${blur}px)` : 'none';
  context.fillStyle = '#222';
  context.font = '20px sans-serif';
  for (let y = 40; y < (band ? 300 : 340); y += 30) context.fillText('Serial number 4C0-FFEE-1234567-89AB', 40, y);
  if (band) {
    context.filter = 'none';
    context.fillStyle = blur ? '#000' : '#fff';
    context.fillRect(0, 320, 640, 40);
  }
  return canvas;
}
