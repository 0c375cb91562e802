// Ahead of everything else, in a page or a worker: what a canvas gives back is off by one in one sample of it, as in a
// browser that protects its users from being told by it.
for (const name of ['CanvasRenderingContext2D', 'OffscreenCanvasRenderingContext2D']) {
  if (typeof globalThis[name] !== 'function') continue;
  const { getImageData } = globalThis[name].prototype;
  globalThis[name].prototype.getImageData = function (...args) {
    const image = getImageData.apply(this, args);
    image.data[Math.floor(image.data.length / 8) * 4] ^= 1;
    return image;
  };
}
