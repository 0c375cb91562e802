// Loaded ahead of everything else, in a page or a worker: takes away what its address names, so that the browser is one
// that never had it.
const MISSING = {
  VideoFrame: () => delete globalThis.VideoFrame,
  MediaStreamTrackProcessor: () => delete globalThis.MediaStreamTrackProcessor,
  requestVideoFrameCallback: () => delete HTMLVideoElement.prototype.requestVideoFrameCallback,
  simd() {
    WebAssembly.validate = () => false;
  },
  moduleWorkers() {
    // Firefox before 114 and Safari before 15 do not look at the type.
    globalThis.Worker = new Proxy(Worker, { construct: (Native, [url]) => new Native(url) });
  },
};

for (const name of new URL(import.meta.url).searchParams.keys()) MISSING[name]();
