/** The agent's page: a call comes in, the agent captures, the snapshot is stored. */

import { CaptureError, createCapture, fromMediaStream } from 'caseframe';
import { startCall } from './customer.js';
import { createDeliveries } from './deliveries.js';
import { createFaceHiding, isFromDetector } from './faces.js';
import { createRedaction } from './redaction.js';
import { createScene } from './scene.js';
import { createSnapshotList } from './snapshots.js';
import { localise, sayFaces, strings } from './strings.js';
import { createTimeline } from './timeline.js';

/** A capture is usually faster than this: no button appears just to vanish. */
const CANCEL_APPEARS_AFTER_MS = 400;
/** Who is signed in. A real widget knows it from its platform. */
const AGENT_ID = 'demo-agent';

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const buttonById = (/** @type {string} */ id) => /** @type {HTMLButtonElement} */ (byId(id));
const video = /** @type {HTMLVideoElement} */ (byId('customer-video'));
const interaction = /** @type {HTMLInputElement} */ (byId('interaction'));
const [captureButton, cancelButton] = [buttonById('capture'), buttonById('cancel')];
const [cameraButton, freezeButton] = [buttonById('camera-off'), buttonById('freeze')];
const callButton = buttonById('end-call');
const [switchButton, shareButton] = [buttonById('switch-customer'), buttonById('share-screen')];
const sourceChoice = /** @type {HTMLSelectElement} */ (byId('source'));

localise();
const redaction = createRedaction(byId('stage'), byId('redaction-outline'));
const faces = createFaceHiding(/** @type {HTMLInputElement} */ (byId('hide-faces')), byId('faces-state'));
const list = createSnapshotList(byId('snapshots'), byId('no-snapshots'));
const timeline = createTimeline(byId('filed'), byId('filed-list'), byId('filed-note'));
const deliveries = createDeliveries({
  agentId: AGENT_ID,
  section: byId('waiting'),
  list: byId('waiting-list'),
  explain,
  warn: (sentence, code) => showMessage('error', sentence, code),
  delivered: () => timeline.show(interaction.value),
});
const capture = createCapture();
capture.ready().catch(showError);

const query = new URLSearchParams(location.search);
const isGenesys = query.get('source') === 'genesys';
/** @type {import('./customer.js').Call | null} */
let call = null;
/** With the Genesys SDK, the same call: two customers, one of whom is shown. @type {import('./genesys.js').GenesysCalls | null} */
let calls = null;
/** What is captured from; after a call it stays, so that capturing says why it cannot. */
let source = fromMediaStream(new MediaStream());
/** @type {AbortController | null} */
let underWay = null;

// Nobody who asked for less motion gets a picture that sways.
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
const still = query.get('scene') === 'still' || reducedMotion;
const scene = await createScene({ still });
// For tests: what the camera saw, to compare a snapshot with.
Object.assign(globalThis, { caseframeDemo: { scene } });

async function answerCall() {
  showCallState('connecting');
  callButton.disabled = true;
  try {
    if (isGenesys) await answerGenesysCalls();
    else await answerPlainCall();
    // The newest frame is at hand then: a click need not wait for the next.
    capture.ready(source).catch(showError);
  } catch (error) {
    showCallState('ended');
    throw error;
  } finally {
    callButton.disabled = false;
  }
}

async function answerPlainCall() {
  interaction.value = `case-${Math.random().toString(36).slice(2, 10)}`;
  timeline.show(interaction.value);
  call = await startCall(scene.canvas);
  source.dispose();
  source = fromMediaStream(call.stream);
  video.srcObject = call.stream;
}

async function answerGenesysCalls() {
  const { startGenesysCalls } = await import('./genesys.js');
  calls = await startGenesysCalls(scene.canvas, ({ stream, interactionId }) => {
    interaction.value = interactionId;
    timeline.show(interactionId);
    video.srcObject = stream;
    video.play().catch(() => {}); // After a call that has ended, an element does not play by itself.
  });
  call = { ...calls, stream: /** @type {MediaStream} */ (video.srcObject) };
  source.dispose();
  source = calls.source;
}

function endCall() {
  call?.end();
  call = calls = null;
  for (const button of [cameraButton, freezeButton, shareButton]) button.setAttribute('aria-pressed', 'false');
  showCallState('ended');
}

/** @param {'connecting' | 'connected' | 'ended'} state */
function showCallState(state) {
  byId('call-state').dataset.state = state;
  byId('call-state').textContent = strings[state];
  byId('stage-note').hidden = state === 'connected';
  byId('stage-note').textContent = strings[state];
  callButton.textContent = state === 'ended' ? strings.callAgain : strings.endCall;
  for (const button of [cameraButton, freezeButton, switchButton, shareButton]) button.disabled = state === 'ended';
}

async function captureNow() {
  if (underWay) return;
  if (!interaction.reportValidity()) return showMessage('error', strings.interactionInvalid);
  if (!redaction.reportValidity()) return showMessage('error', strings.areaInvalid);
  const interactionId = interaction.value;
  underWay = new AbortController();
  const endBusy = showBusy();
  const search = faces.search({ mode: redaction.mode(), signal: underWay.signal });
  try {
    const snapshot = await capture.snapshot(source, {
      interactionId,
      redact: redaction.regions(),
      detect: search?.detect,
      signal: underWay.signal,
    });
    const facesFound = search?.found();
    showMessage('status', strings.captured + (facesFound === undefined ? '' : `. ${sayFaces(facesFound)}`));
    deliveries.send(snapshot, list.add(snapshot, facesFound));
  } catch (error) {
    showError(error);
  } finally {
    underWay = null;
    endBusy();
  }
}

/** Until what it returns is called. */
function showBusy() {
  showMessage('status', strings.capturing);
  captureButton.setAttribute('aria-busy', 'true');
  const appearance = setTimeout(() => {
    cancelButton.hidden = false;
  }, CANCEL_APPEARS_AFTER_MS);
  return () => {
    clearTimeout(appearance);
    captureButton.removeAttribute('aria-busy');
    if (document.activeElement === cancelButton) captureButton.focus();
    cancelButton.hidden = true;
  };
}

/** @param {unknown} error */
function explain(error) {
  if (!(error instanceof CaptureError)) throw error; // A mistake in this page: for its developer, not for the agent.
  const { code, advice } = error;
  if (isFromDetector(error) && code !== 'aborted') return { code, advice: strings.facesFailed };
  return { code, advice: strings.advice[code] ?? advice };
}

/** @param {unknown} error */
function showError(error) {
  const { advice, code } = explain(error);
  showMessage('error', advice, code);
}

/** One message at a time. @param {'status' | 'error'} where @param {string} text @param {string} [code] */
function showMessage(where, text, code) {
  byId('status').textContent = '';
  byId('error').textContent = '';
  byId(where).append(text);
  if (code === undefined) return;
  const tag = document.createElement('code');
  tag.textContent = code;
  byId(where).append(' ', tag);
}

/** @param {HTMLButtonElement} button @param {(on: boolean) => void} apply */
function toggle(button, apply) {
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    apply(on);
  });
}

captureButton.addEventListener('click', captureNow);
cancelButton.addEventListener('click', () => underWay?.abort());
toggle(cameraButton, (off) => call?.setCamera(!off));
toggle(freezeButton, (frozen) => call?.setFrozen(frozen));
toggle(buttonById('offline'), deliveries.setOffline);
toggle(shareButton, (sharing) => calls?.setSharing(sharing));
switchButton.hidden = shareButton.hidden = !isGenesys;
interaction.readOnly = isGenesys; // The SDK knows it.
interaction.addEventListener('change', () => {
  if (interaction.checkValidity()) timeline.show(interaction.value);
});
switchButton.addEventListener('click', () => {
  calls?.switchCustomer();
  cameraButton.setAttribute('aria-pressed', String(calls?.isCameraOn() === false));
  freezeButton.setAttribute('aria-pressed', String(calls?.isFrozen() === true));
  shareButton.setAttribute('aria-pressed', String(calls?.isSharing() === true));
});
sourceChoice.value = isGenesys ? 'genesys' : 'stream';
sourceChoice.addEventListener('change', () => {
  query.set('source', sourceChoice.value);
  location.search = String(query);
});
callButton.addEventListener('click', () => (call ? endCall() : answerCall()));
video.addEventListener('playing', () => {
  // After a call the element goes on: it plays black.
  if (call) showCallState('connected');
});
video.addEventListener('resize', () => {
  byId('stage').style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`;
});
document.addEventListener('keydown', (event) => {
  if (event.altKey && event.code === 'KeyC') {
    event.preventDefault();
    captureNow();
  } else if (event.key === 'Escape') {
    underWay?.abort();
  }
});
addEventListener('pagehide', ({ persisted }) => {
  if (persisted) return; // The browser keeps the page as it is, and may show it again.
  deliveries.dispose();
  call?.end();
  source.dispose();
  capture.dispose();
  faces.dispose();
});

await answerCall();
