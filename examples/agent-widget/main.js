/** The agent's page: a call comes in, the agent takes a picture, it is filed with the case. */

import { createCapture } from 'caseframe';
import 'caseframe/element';
import { createUploader } from 'caseframe/upload';
import { ADDRESS, createAccess } from './access.js';
import { createCalls } from './calls.js';
import { createFaceHiding, isFromDetector } from './faces.js';
import { followHost, givenInteraction, isEmbedded, isInteraction } from './host.js';
import { createScene } from './scene.js';
import { createSimulation } from './simulation.js';
import { localise, strings } from './strings.js';
import { createTextHiding } from './text.js';
import { createTimeline } from './timeline.js';

/** The longest that what waits may hold up the end of the page. */
const FLUSH_MS = 5000;

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const checkbox = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));
const button = /** @type {import('caseframe/element').CaseframeButton} */ (byId('capture'));
const interaction = checkbox('interaction');
const query = new URLSearchParams(location.search);
const isGenesys = query.get('source') === 'genesys';

localise();
const faces = createFaceHiding(checkbox('hide-faces'), byId('faces-state'));
const text = createTextHiding(checkbox('hide-text'), () => offer());
const access = createAccess(/** @type {HTMLFormElement} */ (byId('sign-in')), resume);
const capture = createCapture();
button.capture = capture;
// What does not load is told by the button, at the first click.
capture.ready().catch(() => {});
/** Once somebody is signed in. @type {import('caseframe/upload').Uploader | null} */
let uploader = null;
const isPlaced = givenInteraction === null || isInteraction(givenInteraction);
/** @type {Promise<ReturnType<typeof createTimeline>>} Of no case there is nothing to file. */
const filing = isPlaced ? signIn() : new Promise(() => {});

// Nobody who asked for less motion gets a picture that sways.
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
const scene = await createScene({
  still: query.get('scene') === 'still' || reducedMotion,
  counter: query.get('counter') !== 'off',
  fps: Number(query.get('fps')),
});
// For tests: what the camera saw, to compare a snapshot with.
Object.assign(globalThis, { caseframeDemo: { scene } });

const video = /** @type {HTMLVideoElement} */ (byId('customer-video'));
const calls = createCalls({
  video,
  scene,
  isGenesys,
  interactionId: givenInteraction,
  show: showCall,
  turn,
});
const simulation = createSimulation({
  calls,
  isGenesys,
  uploads: `${ADDRESS}upload`,
  restored: () => uploader?.flush(),
});

/** Whoever takes pictures is known first: a picture goes out as its agent's alone. */
async function signIn() {
  const agent = await access.agent();
  byId('agent').textContent = agent.agentId;
  uploader = createUploader({
    url: `${ADDRESS}upload`,
    agentId: agent.agentId,
    retry: { maxMs: 30_000 },
    async headers({ renew }) {
      // While somebody is asked for a key, what would be refused waits, and says so.
      if (renew || access.isAsking()) await access.renew();
      return access.headers();
    },
  });
  const timeline = createTimeline({
    list: byId('snapshots'),
    empty: byId('no-snapshots'),
    note: byId('timeline-note'),
    access,
    agent,
    uploader,
  });
  button.uploader = uploader;
  button.hidden = false;
  return timeline;
}

/** The agent has signed in anew. @param {import('./access.js').Agent} agent */
async function resume({ agentId }) {
  // Somebody else's pictures are theirs, and so is the page.
  if (agentId !== byId('agent').textContent) return location.reload();
  const timeline = await filing;
  await Promise.allSettled([uploader?.flush(), timeline.look()]);
}

/** @param {string} interactionId */
async function turn(interactionId) {
  const isNext = interactionId !== interaction.value;
  interaction.value = interactionId;
  if (isNext) forgetLast();
  offer();
  const timeline = await filing;
  // Not before: what is taken has to be somebody's, and a case's.
  button.source = calls.source();
  text.follow(calls.source(), interaction.value);
  await timeline.show(interaction.value);
}

/** What was said of a picture is not said over another case: a source that is gone and comes back is news. */
function forgetLast() {
  if (button.state !== 'idle' && button.state !== 'delivered') return;
  const { source } = button;
  button.source = null;
  // A receipt that has come after the call is told until a click; without a source, that takes no picture.
  if (button.state === 'delivered') button.click();
  button.source = source;
}

/** Whether the picture that was begun last is looked at before it is sent. */
let isReviewed = false;

/** What the button captures by, from now on. */
function offer() {
  const { checked } = checkbox('review');
  button.review = checked;
  button.options = {
    interactionId: interaction.value,
    // What is said of a picture goes by how it was begun, whatever is switched meanwhile.
    beforeCapture() {
      isReviewed = checked;
      faces.begin();
    },
    detect: [...(text.isOn() ? [/** @type {const} */ ('text')] : []), ...(faces.isOn() ? [faces.detect] : [])],
  };
}

/** @param {import('./calls.js').CallState} state */
function showCall(state) {
  byId('call-state').dataset.state = state;
  byId('call-state').textContent = strings[state];
  byId('stage-note').hidden = state === 'connected';
  byId('stage-note').textContent = strings[state];
  simulation.showCall(state);
}

for (const id of ['review', 'hide-faces']) byId(id).addEventListener('change', offer);
let takenFor = '';
button.addEventListener('caseframe-captured', async ({ detail: snapshot }) => {
  takenFor = snapshot.interactionId ?? interaction.value;
  // In the review they were seen; without it the picture has to be looked at now.
  const found = isReviewed ? undefined : faces.count();
  const timeline = await filing;
  timeline.add(snapshot, found);
});
button.addEventListener('caseframe-delivered', () => {
  if (takenFor !== interaction.value) forgetLast();
});
button.addEventListener('caseframe-error', ({ detail: error }) => {
  // The code is that of any part that does not load: the sentence is about faces.
  button.strings = isFromDetector(error) ? { advice: { [error.code]: strings.facesFailed } } : undefined;
});
video.addEventListener('resize', () => {
  byId('stage').style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`;
});
addEventListener('pagehide', ({ persisted }) => {
  if (!persisted) end(); // Else the browser keeps the page as it is, and may show it again.
});
followHost({
  async stop() {
    await uploader?.flush({ timeoutMs: FLUSH_MS });
    end();
  },
});

function end() {
  calls.dispose();
  button.remove();
  capture.dispose();
  faces.dispose();
  uploader?.dispose();
}

byId('no-interaction').hidden = isPlaced;
/** @type {HTMLDetailsElement} */ (byId('simulation')).open = !isEmbedded;
await calls.answer();
