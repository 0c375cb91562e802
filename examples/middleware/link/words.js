/** What the page of a link says, in English and German: used by the service, and by the page itself. */

const en = {
  signIn: 'Sign in to see this picture',
  byKey: 'It belongs to a case. Say who you are: enter your key. It is not kept.',
  byToken:
    'It belongs to a case. Open it in the agent widget, from the conversation in Genesys Cloud: there you are signed in ' +
    'already. Or enter your access token here. It is not kept.',
  byDemo: 'The demo shows its pictures to its own page.',
  openDemo: 'Open the demo',
  key: 'Your key',
  token: 'Your access token',
  show: 'Show the picture',
  noScript: 'Signing in needs JavaScript.',
  refused: 'The service does not know this one. Check it, or ask your administrator for one.',
  forbidden: 'You may not see this picture',
  forbiddenWhy: 'It is another agent’s. Supervisors and admins can open it.',
  foreign: 'You may not see this picture',
  foreignWhy: 'Your account may not use this service. Ask your administrator.',
  missing: 'There is no such picture',
  missingWhy: 'Check whether the link is complete.',
  deleted: 'This picture was deleted',
  deletedOn: 'It was deleted on {when}.',
  deletedWhy: 'Reason: {why}.',
  retention: 'the time it is kept is over',
  busy: 'The picture cannot be shown just now',
  busyWhy: 'The service has too much to do, or cannot be reached. Try again in a moment.',
  again: 'Try again',
  broken: 'The picture cannot be shown',
  brokenWhy: 'Something is wrong at the service. Tell its operator the address of this page.',
  odd: 'The picture cannot be shown',
  oddWhy: 'Check the address of this page.',
  picture: 'Picture of {when}',
  captured: 'Captured',
  agent: 'Agent',
  interaction: 'Interaction',
  size: 'Size',
  covered: 'Covered',
  nothing: 'nothing',
  oneArea: '1 area',
  areas: '{count} areas',
  kept: 'Kept until',
  held: 'further notice: legal hold',
};

/** @type {typeof en} */
const de = {
  signIn: 'Melden Sie sich an, um dieses Bild zu sehen',
  byKey: 'Es gehört zu einem Fall. Sagen Sie, wer Sie sind: Geben Sie Ihren Schlüssel ein. Er wird nicht aufbewahrt.',
  byToken:
    'Es gehört zu einem Fall. Öffnen Sie es im Agenten-Widget, aus dem Gespräch in Genesys Cloud heraus: Dort sind Sie ' +
    'schon angemeldet. Oder geben Sie hier Ihr Zugriffstoken ein. Es wird nicht aufbewahrt.',
  byDemo: 'Die Demo zeigt ihre Bilder nur ihrer eigenen Seite.',
  openDemo: 'Demo öffnen',
  key: 'Ihr Schlüssel',
  token: 'Ihr Zugriffstoken',
  show: 'Bild anzeigen',
  noScript: 'Zum Anmelden wird JavaScript gebraucht.',
  refused: 'Der Dienst kennt diese Angabe nicht. Prüfen Sie sie, oder wenden Sie sich an Ihre Administration.',
  forbidden: 'Sie dürfen dieses Bild nicht sehen',
  forbiddenWhy: 'Es gehört jemand anderem. Supervisoren und die Administration können es öffnen.',
  foreign: 'Sie dürfen dieses Bild nicht sehen',
  foreignWhy: 'Ihr Konto darf diesen Dienst nicht nutzen. Wenden Sie sich an Ihre Administration.',
  missing: 'Dieses Bild gibt es nicht',
  missingWhy: 'Prüfen Sie, ob der Link vollständig ist.',
  deleted: 'Dieses Bild wurde gelöscht',
  deletedOn: 'Es wurde am {when} gelöscht.',
  deletedWhy: 'Grund: {why}.',
  retention: 'Die Aufbewahrungsfrist ist abgelaufen',
  busy: 'Das Bild lässt sich gerade nicht anzeigen',
  busyWhy: 'Der Dienst ist ausgelastet oder nicht erreichbar. Versuchen Sie es gleich noch einmal.',
  again: 'Erneut versuchen',
  broken: 'Das Bild lässt sich nicht anzeigen',
  brokenWhy: 'Beim Dienst stimmt etwas nicht. Geben Sie den Betreibern die Adresse dieser Seite.',
  odd: 'Das Bild lässt sich nicht anzeigen',
  oddWhy: 'Prüfen Sie die Adresse dieser Seite.',
  picture: 'Bild vom {when}',
  captured: 'Aufgenommen',
  agent: 'Von',
  interaction: 'Interaktion',
  size: 'Größe',
  covered: 'Unkenntlich',
  nothing: 'nichts',
  oneArea: '1 Bereich',
  areas: '{count} Bereiche',
  kept: 'Aufbewahrt bis',
  held: 'auf Weiteres: Aufbewahrungspflicht',
};

/** @typedef {'en' | 'de'} Language */
/** @typedef {'keys' | 'tokens' | 'demo'} SignIn How somebody says who they are. */
/** @typedef {{ status: number, code?: string, deletedAt?: string | null, reason?: string | null }} Refusal */

export const WORDS = { en, de };
/** The first that is one of ours. @param {string} [accepted] As in Accept-Language. @returns {Language} */
export function languageOf(accepted = '') {
  return /(?:^|,)\s*de\b/i.exec(accepted.split(/(?:^|,)\s*en\b/i)[0]) ? 'de' : 'en';
}

/** @param {string} date ISO 8601 @param {Language} language @param {string} [timeZone] Default: the reader's. */
export function sayDate(date, language, timeZone) {
  const options = /** @type {const} */ ({ dateStyle: 'long', timeStyle: 'short', timeZone });
  const text = new Intl.DateTimeFormat(language, options).format(new Date(date));
  return timeZone === undefined ? text : `${text} ${timeZone}`;
}

/**
 * @param {Refusal} refusal @param {Language} language @param {SignIn} signIn @param {string} [timeZone]
 * @returns {{ title: string, text: string, asks: boolean, again: boolean }} `asks` who is looking; `again`: it may pass.
 */
export function explain({ status, code, deletedAt, reason }, language, signIn, timeZone) {
  const words = WORDS[language];
  const say = (/** @type {string} */ title, /** @type {string} */ text, { asks = false, again = false } = {}) => ({
    title,
    text,
    asks,
    again,
  });
  if (status === 401 || code === 'foreign-page') {
    const how = { keys: words.byKey, tokens: words.byToken, demo: words.byDemo };
    return say(words.signIn, how[signIn], { asks: true });
  }
  if (code === 'forbidden') return say(words.forbidden, words.forbiddenWhy, { asks: signIn !== 'demo' });
  if (status === 403) return say(words.foreign, words.foreignWhy, { asks: signIn !== 'demo' });
  if (status === 404) return say(words.missing, words.missingWhy);
  if (status === 410) {
    const when = deletedAt ? words.deletedOn.replace('{when}', () => sayDate(deletedAt, language, timeZone)) : '';
    const why = reason === 'retention' ? words.retention : reason;
    return say(words.deleted, [when, why && words.deletedWhy.replace('{why}', () => why)].filter(Boolean).join(' '));
  }
  // 0: nobody has answered.
  if ([0, 408, 429, 503, 507].includes(status)) return say(words.busy, words.busyWhy, { again: true });
  return status >= 500 ? say(words.broken, words.brokenWhy, { again: true }) : say(words.odd, words.oddWhy);
}
