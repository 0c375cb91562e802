/** The package's entry: what `import 'caseframe'` gives. */
export { createCapture } from './capture.js';
export { CaptureError } from './errors.js';
export { fromMediaStream } from './frames/source.js';
export { version } from './version.js';

/** @typedef {import('./capture.js').Capture} Capture */
/** @typedef {import('./engine/index.js').EncodeOptions} EncodeOptions */
/** @typedef {import('./engine/index.js').FrameReport} FrameReport */
/** @typedef {import('./engine/index.js').Redaction} Redaction */
/** @typedef {import('./engine/index.js').Region} Region */
/** @typedef {import('./errors.js').CaptureErrorCode} CaptureErrorCode */
/** @typedef {import('./frames/source.js').CaptureSource} CaptureSource */
/** @typedef {import('./frames/source.js').Target} Target */
/** @typedef {import('./options.js').CaptureContext} CaptureContext */
/** @typedef {import('./options.js').CaptureOptions} CaptureOptions */
/** @typedef {import('./options.js').CreateCaptureOptions} CreateCaptureOptions */
/** @typedef {import('./snapshot.js').Snapshot} Snapshot */
/** @typedef {import('./still.js').Still} Still */
