/** What `import 'caseframe/genesys'` gives: sources that know interactions and participants. */
export { fromVideoClient } from './video-client.js';
export { fromWebrtcSdk } from './webrtc-sdk.js';

/** @typedef {import('../frames/source.js').CaptureSource} CaptureSource */
/** @typedef {import('../frames/source.js').Target} Target */
/** @typedef {import('./selection.js').Kind} Kind */
/** @typedef {import('./selection.js').Selection} Selection */
/** @typedef {import('./shapes.js').VideoClientLike} VideoClientLike */
/** @typedef {import('./shapes.js').WebrtcSdkLike} WebrtcSdkLike */
/** @typedef {import('./video-client.js').VideoClientOptions} VideoClientOptions */
