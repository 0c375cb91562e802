/**
 * A call, an uploader and a button, as a page has them; `stage` is what a test reaches into. Several buttons in turn, each
 * with an uploader of its own, share the page and its call.
 */
import '/pages/lab.js';
import { createUploader } from '/dist/upload/index.js';

const EVENTS = ['caseframe-captured', 'caseframe-delivered', 'caseframe-error'];

/** What the button fired, on its way through the document. */
const fired = [];
for (const type of EVENTS) {
  document.addEventListener(type, ({ detail, target }) => {
    const { id, code, url, sha256, redactions, dropped } = detail;
    fired.push({
      type: type.replace('caseframe-', ''),
      id,
      code,
      url,
      sha256,
      redactions,
      dropped,
      by: target.localName,
    });
  });
}

/** What was told to a screen reader: each text that the live region has had. */
const said = [];
/** @type {MutationObserver | undefined} */
let hearing;

/** Until the page ends. @type {ReturnType<typeof lab.startCall> | undefined} */
let calling;

/**
 * @param {object} [options]
 * @param {Record<string, unknown>} [options.properties] Of the button.
 * @param {Record<string, string>} [options.attributes]
 * @param {boolean} [options.early] Its properties are set before it is defined.
 * @param {number} [options.retryMs] The longest that the uploader waits between two tries.
 * @param {string} [options.inner] What the page puts in the button, as text.
 */
async function open({ properties = {}, attributes = {}, early = false, retryMs = 200, inner = '\n' } = {}) {
  // Without `??=`, which Chromium 80 cannot read.
  calling = calling || lab.startCall();
  const [call] = await Promise.all([calling, early || import('/dist/elements/index.js')]);
  await lab.ramped(call.track);
  const capture = lab.createCapture();
  const uploader = createUploader({
    url: '/upload',
    agentId: 'agent',
    queue: 'memory',
    retry: { baseMs: 50, maxMs: retryMs },
  });
  const options = { interactionId: 'case-1', timeoutMs: 20000, ...properties.options };
  const button = document.createElement('caseframe-button');
  for (const [name, value] of Object.entries(attributes)) button.setAttribute(name, value);
  button.append(inner);
  if (!early) document.body.append(button);
  Object.assign(button, { source: call.stream, capture, uploader, ...properties, options });
  if (early) {
    document.body.append(button);
    await import('/dist/elements/index.js');
  }
  const message = button.shadowRoot.querySelector('[part=message]');
  hearing = new MutationObserver(() => message.textContent && said.push(message.textContent));
  hearing.observe(message, { childList: true, characterData: true, subtree: true });
  Object.assign(stage, { call, capture, uploader, button });
}

/** Leaves the page as it was before `open`. @returns What it has complained of meanwhile. */
function close() {
  hearing.disconnect();
  document.body.replaceChildren();
  document.documentElement.lang = 'en';
  stage.uploader.dispose();
  stage.capture.dispose();
  said.length = fired.length = 0;
  return lab.problems.splice(0);
}

/** Resolves once the button is in the state, to what is seen at that moment. @param {string} state @param {number} [count] So many were delivered. */
async function reaches(state, count = 0) {
  await lab.until(
    stage.call,
    () =>
      stage.button.getAttribute('state') === state && fired.filter(({ type }) => type === 'delivered').length >= count,
    `the button is ${state}, not ${stage.button.getAttribute('state')}: ${JSON.stringify(fired)}`,
  );
  return look();
}

const part = (name) => stage.button.shadowRoot.querySelector(`[part=${name}]`);

/** The middle of a part, in the window. @param {string} name */
function middleOf(name) {
  part(name).scrollIntoView({ block: 'nearest' });
  const { left, top, width, height } = part(name).getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2, width, height };
}

/** What one would see and hear of it now. */
function look() {
  const shown = (name) => {
    const found = part(name);
    return found && found.getClientRects().length > 0 ? found.textContent : null;
  };
  const button = part('button');
  const focused = stage.button.shadowRoot.activeElement;
  return {
    state: stage.button.getAttribute('state'),
    label: part('label').firstChild.hidden ? stage.button.textContent : part('label').textContent,
    message: shown('message'),
    cancel: shown('cancel'),
    retry: shown('retry'),
    consent: shown('consent'),
    disabled: button.getAttribute('aria-disabled') === 'true',
    description: button
      .getAttribute('aria-describedby')
      .split(' ')
      .map((id) => stage.button.shadowRoot.getElementById(id).textContent)
      .join(' ')
      .trim(),
    focus: focused?.getAttribute('part'),
  };
}

globalThis.stage = { open, close, reaches, part, middleOf, look, fired, said };
