// The package's worker, and beside it somebody who looks for a marker in its WebAssembly memories and in every buffer
// that a message brought or a canvas gave.
const memories = new Set();
const buffers = new Set();

const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const result = await instantiate(...args);
  memories.add((result.instance || result).exports.memory);
  return result;
};

const { getImageData } = OffscreenCanvasRenderingContext2D.prototype;
OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...args) {
  const image = getImageData.apply(this, args);
  buffers.add(image.data.buffer);
  return image;
};

addEventListener('message', ({ data }) => collect(data));
function collect(value) {
  if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
  else if (value && typeof value === 'object' && !(value instanceof VideoFrame)) Object.values(value).forEach(collect);
}

new BroadcastChannel('search').onmessage = ({ data: marker, target }) => {
  const count = (sources) => sources.reduce((sum, buffer) => sum + occurrences(new Uint8Array(buffer), marker), 0);
  target.postMessage({
    bytes: [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    wasm: count([...memories].map(({ buffer }) => buffer)),
    buffers: count([...buffers]),
    seen: buffers.size,
  });
};

function occurrences(bytes, marker) {
  let count = 0;
  for (let at = bytes.indexOf(marker[0]); at >= 0; at = bytes.indexOf(marker[0], at + 1)) {
    if (marker.every((byte, i) => bytes[at + i] === byte)) count++;
  }
  return count;
}
import('/dist/worker/worker.js');
