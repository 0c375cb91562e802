/**
 * The sentence of each error code for the agent. A file of its own, since the worker's script does without: its errors get
 * their words in the page (toolchain/bundle.mjs).
 */

/** What an agent can do about each code. The README's table is made of these. */
export const ADVICE = Object.freeze({
  'no-source': 'There is no customer video to capture. Ask the customer to turn the camera on.',
  'local-stream': 'This is your own camera, not the customer’s. Choose the customer’s video.',
  'camera-off': 'The customer’s camera is off. Ask the customer to turn it on, then capture again.',
  'no-frame': 'No picture has arrived yet. Wait until you see the customer, then capture again.',
  'stale-frame': 'The customer’s video is frozen. Wait until it moves again, then capture.',
  'black-frame': 'The picture is black. Ask the customer to uncover the camera or turn on a light.',
  'undecoded-frame': 'The video has not started properly. Wait a moment, then capture again.',
  'uniform-frame': 'The picture shows a single colour. Ask the customer to point the camera at the subject.',
  'too-small': 'The picture is still too small to be useful. Wait until the video gets sharper, then capture again.',
  'stream-ended': 'The customer’s video has ended. Capture again once the customer is back.',
  'interaction-ambiguous':
    'It is not certain whose picture this is. Choose the interaction and the customer, or wait a moment and capture again.',
  'interaction-changed': 'The interaction changed during the capture, so nothing was saved. Capture again.',
  tainted: 'The browser does not allow reading this video. Tell your administrator.',
  'consent-denied': 'The customer has not agreed to being captured. Nothing was saved.',
  'invalid-argument': 'The capture is set up incorrectly. Tell your administrator.',
  'engine-load': 'The capture component could not be loaded. Reload the page; if it stays, tell your administrator.',
  'engine-crash': 'The capture component failed and was restarted. Capture again.',
  'out-of-memory': 'There is not enough memory for this picture. Close other tabs, then capture again.',
  aborted: 'The capture was cancelled. Nothing was saved.',
  disposed: 'The capture has been closed. Reload the page to capture again.',
  'upload-rejected': 'The server did not accept the picture. Tell your administrator.',
  'upload-failed': 'The picture could not be sent. Check your connection and try again.',
  'agent-mismatch': 'The picture was taken by another agent. It goes out once that agent signs in again.',
  'queue-full': 'Too many pictures are waiting to be sent. Wait until some of them have gone out.',
  'unreliable-pixels':
    'This browser gives false pictures to protect privacy. Allow canvas data for this page, or use another browser.',
});
