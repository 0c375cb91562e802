/** The page of a link, in the browser: asks who is looking, and shows the picture with what is known of it. */

import { explain, sayDate, WORDS } from './words.js';

/** @typedef {import('./words.js').Language} Language */
/** @typedef {import('./words.js').SignIn} SignIn */

const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const language = /** @type {Language} */ (document.documentElement.lang);
const words = WORDS[language];
const signIn = /** @type {SignIn} */ (find('main').dataset.signIn);
const [title, text, message, picture] = ['h1', '#text', '#message', '#picture'].map(find);
const form = /** @type {HTMLFormElement} */ (find('form'));
const input = /** @type {HTMLInputElement} */ (find('input'));
const submit = /** @type {HTMLButtonElement} */ (find('button'));

/** The picture and its facts in one answer: one look, and one entry in the audit. @param {string} [key] */
async function look(key) {
  let response;
  try {
    const authorization = key === undefined ? undefined : { authorization: `Bearer ${key}` };
    response = await fetch(location.href, {
      headers: { accept: 'multipart/form-data', ...authorization },
      cache: 'no-store',
    });
    if (response.ok) return await show(await response.formData());
  } catch {
    return say({ status: 0 }, key !== undefined);
  }
  say({ ...(await response.json().catch(() => ({}))), status: response.status }, key !== undefined);
}

/** @param {import('./words.js').Refusal} refusal @param {boolean} isTried A key was given. */
function say(refusal, isTried) {
  const { title: heading, text: why, asks, again } = explain(refusal, language, signIn);
  title.textContent = heading;
  text.textContent = why;
  document.title = `${heading} – caseframe`;
  form.hidden = !asks || signIn === 'demo';
  find('#demo').hidden = !asks || signIn !== 'demo';
  find('#again').hidden = !again;
  message.textContent = refusal.status === 401 && isTried ? words.refused : '';
  (form.hidden ? title : input).focus();
}

/** @param {FormData} answer */
async function show(answer) {
  const facts = JSON.parse(String(answer.get('snapshot')));
  const heading = words.picture.replace('{when}', sayDate(facts.timestamp, language));
  const image = new Image(facts.width, facts.height);
  image.src = URL.createObjectURL(/** @type {Blob} */ (answer.get('file')));
  image.alt = heading;
  await image.decode();
  document.title = `${heading} – caseframe`;
  title.textContent = heading;
  for (const over of [text, form, message, find('#demo'), find('#again')]) over.hidden = true;
  const list = document.createElement('dl');
  for (const [name, value] of factsOf(facts)) {
    const [term, description] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = name;
    description.textContent = value;
    list.append(term, description);
  }
  picture.append(image, list);
  title.focus();
}

/** @param {any} facts Of a snapshot, as the service lists it. @returns {[name: string, value: string][]} */
function factsOf({
  timestamp,
  agentId,
  interactionId,
  width,
  height,
  bytes,
  redactions,
  legalHold,
  expiresAt,
  sha256,
}) {
  const count = redactions.length;
  const kilobytes = new Intl.NumberFormat(language, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });
  const areas = count === 1 ? words.oneArea : words.areas.replace('{count}', String(count));
  return [
    [words.captured, sayDate(timestamp, language)],
    [words.agent, agentId],
    [words.interaction, interactionId],
    [words.size, `${width} × ${height} · ${kilobytes.format(bytes / 1000)}`],
    [words.covered, count === 0 ? words.nothing : areas],
    [words.kept, legalHold ? words.held : sayDate(expiresAt, language)],
    ['SHA-256', sha256],
  ];
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const key = input.value.trim();
  submit.disabled = true;
  // What does not go into a header is no key either.
  if (/^[\x21-\x7e]+$/.test(key)) await look(key);
  else say({ status: 401 }, true);
  submit.disabled = false;
  input.value = '';
});

// The demo's cookie does not come along from another page, nor lives longer than the demo: its page gives it anew.
if (signIn === 'demo' && !find('#demo').hidden) {
  await fetch(/** @type {HTMLAnchorElement} */ (find('#demo')).href, { cache: 'no-store' });
  await look();
} else if (!form.hidden) input.focus();
