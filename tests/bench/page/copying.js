/** Copies each frame in every way, into memory as a module's is, and closes it. */
const PAGE = 65536;

/** @type {Record<string, VideoFrameCopyToOptions>} */
const OPTIONS = { own: {}, RGBA: { format: 'RGBA' } };

self.addEventListener('message', async ({ data: { readable, orders } }) => {
  try {
    const reader = readable.getReader();
    const samples = [];
    let memory;
    for (const order of orders) {
      const { value: frame } = await reader.read();
      const { format, codedWidth: width, codedHeight: height } = frame;
      const bytes = Object.fromEntries(order.map((way) => [way, frame.allocationSize(OPTIONS[way])]));
      memory ??= new WebAssembly.Memory({ initial: Math.ceil((width * height * 4) / PAGE) });
      const ms = {};
      for (const way of order) {
        const start = performance.now();
        await frame.copyTo(new Uint8Array(memory.buffer, 0, bytes[way]), OPTIONS[way]);
        ms[way] = performance.now() - start;
      }
      frame.close();
      samples.push({ format, width, height, bytes, ms });
    }
    self.postMessage(samples);
  } catch (error) {
    self.postMessage({ error: String(error.stack || error) });
  }
});
