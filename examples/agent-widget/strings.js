/** The page's words, in English and German, beside those that the elements bring themselves. */

import { language as asked } from './host.js';

const en = {
  endCall: 'End call',
  callAgain: 'Call again',
  connecting: 'Connecting …',
  connected: 'Connected',
  ended: 'Call ended',
  keyRefused: 'The service does not know this key. Check it, or ask your administrator for one.',
  keyExpired: 'Your key has run out. Sign in again: what was taken waits on this computer until then.',
  unreachable: 'The service cannot be reached just now.',
  thumbnail: 'Snapshot of',
  sending: 'Sending …',
  waiting: 'Waiting for the connection.',
  serviceBusy: 'The service cannot take it just now.',
  waitingForKey: 'Waiting until you sign in again.',
  nextTry: 'Next try at',
  refused: 'The service has refused it. Send it again, or discard it.',
  expired: 'It has waited for too long, and is not sent by itself any more.',
  sendNow: 'Send now',
  discard: 'Discard',
  discardAsk: 'Discard this picture for good? It has not been sent, and is nowhere else.',
  keep: 'Keep',
  otherAgent: 'Taken by another agent. It goes out once they sign in.',
  volatile: 'This browser cannot keep it: it is lost when the page is closed.',
  stored: 'Delivered',
  filed: 'Filed with the case',
  deleted: 'Deleted',
  deletedOn: 'Deleted on {when}',
  retention: 'the time it is kept is over',
  problems: {
    unauthorized: 'Your key is not taken any more.',
    forbidden: 'You may not see this, or not do this.',
    'not-found': 'It is not there any more.',
    held: 'It is under a legal hold.',
    'invalid-field': 'The service does not take what was entered.',
    'picture-missing': 'The picture is not where it was stored. Tell the operator.',
    'picture-changed': 'The stored picture is not the one that was taken. Tell the operator.',
  },
  accountRefused: 'Your account may not use this service.',
  busy: 'The service has too much to do, or lacks something that it needs. Try again in a moment.',
  problem: 'The service has refused this ({code}).',
  open: 'Open',
  tabRefused: 'The browser has not let a new tab open. Allow this page to open some.',
  coveredNone: 'Nothing covered',
  coveredOne: '1 area covered',
  coveredSome: '{count} areas covered',
  modes: { pixelate: 'pixelated', blur: 'blurred', fill: 'filled' },
  held: 'Legal hold',
  custody: 'Custody',
  hold: 'Hold',
  release: 'Release',
  reason: 'Reason',
  timelineUnavailable: 'What is filed cannot be shown.',
  actions: {
    stored: 'Stored',
    viewed: 'Viewed',
    listed: 'Listed',
    held: 'Held',
    released: 'Released',
    deleted: 'Deleted',
    expired: 'Expired',
    exported: 'Exported',
    refused: 'Refused',
    reconciled: 'Put right',
    annotated: 'Noted on the case',
    'annotation-failed': 'Not noted on the case',
    protected: 'Recordings protected',
    unprotected: 'Recordings no longer protected',
    'protection-failed': 'Recordings not protected',
  },
  facesLoading: 'Loading face detection …',
  facesReady: 'Face detection is ready.',
  facesUnavailable: 'Face detection could not be loaded. While this is on, every capture tries again.',
  facesFailed: 'Faces could not be looked for, so nothing was captured. Try again, or turn “Find faces” off.',
  facesNone: '0 faces found: check the picture',
  facesOne: '1 face hidden: check the picture for others',
  facesSome: '{count} faces hidden: check the picture for others',
};

/** @type {typeof en} */
const de = {
  endCall: 'Gespräch beenden',
  callAgain: 'Erneut anrufen',
  connecting: 'Verbindung wird aufgebaut …',
  connected: 'Verbunden',
  ended: 'Gespräch beendet',
  keyRefused: 'Der Dienst kennt diesen Schlüssel nicht. Prüfen Sie ihn, oder bitten Sie Ihre Administration um einen.',
  keyExpired:
    'Ihr Schlüssel ist abgelaufen. Melden Sie sich erneut an: Bis dahin wartet das Aufgenommene auf diesem Computer.',
  unreachable: 'Der Dienst ist gerade nicht erreichbar.',
  thumbnail: 'Aufnahme von',
  sending: 'Wird übertragen …',
  waiting: 'Wartet auf die Verbindung.',
  serviceBusy: 'Der Dienst kann es gerade nicht annehmen.',
  waitingForKey: 'Wartet, bis Sie sich wieder anmelden.',
  nextTry: 'Nächster Versuch um',
  refused: 'Der Dienst hat sie abgelehnt. Übertragen Sie sie erneut, oder verwerfen Sie sie.',
  expired: 'Sie hat zu lange gewartet und wird nicht mehr von selbst übertragen.',
  sendNow: 'Jetzt übertragen',
  discard: 'Verwerfen',
  discardAsk: 'Dieses Bild endgültig verwerfen? Es ist noch nicht übertragen und nirgends sonst vorhanden.',
  keep: 'Behalten',
  otherAgent: 'Von jemand anderem aufgenommen. Wird übertragen, sobald sich diese Person wieder anmeldet.',
  volatile: 'Dieser Browser kann es nicht aufbewahren: Es geht verloren, wenn die Seite geschlossen wird.',
  stored: 'Zugestellt',
  filed: 'Beim Fall abgelegt',
  deleted: 'Gelöscht',
  deletedOn: 'Gelöscht am {when}',
  retention: 'die Aufbewahrungsfrist ist abgelaufen',
  problems: {
    unauthorized: 'Ihr Schlüssel wird nicht mehr angenommen.',
    forbidden: 'Das dürfen Sie nicht sehen oder nicht tun.',
    'not-found': 'Es ist nicht mehr da.',
    held: 'Es besteht eine Aufbewahrungspflicht.',
    'invalid-field': 'Der Dienst nimmt die Eingabe nicht an.',
    'picture-missing': 'Das Bild ist nicht da, wo es abgelegt wurde. Sagen Sie es den Betreibern.',
    'picture-changed': 'Das abgelegte Bild ist nicht das aufgenommene. Sagen Sie es den Betreibern.',
  },
  accountRefused: 'Ihr Konto darf diesen Dienst nicht nutzen.',
  busy: 'Der Dienst ist ausgelastet, oder ihm fehlt etwas. Versuchen Sie es gleich noch einmal.',
  problem: 'Der Dienst hat das abgelehnt ({code}).',
  open: 'Öffnen',
  tabRefused: 'Der Browser hat keinen neuen Tab geöffnet. Erlauben Sie dieser Seite, welche zu öffnen.',
  coveredNone: 'Nichts unkenntlich gemacht',
  coveredOne: '1 Bereich unkenntlich',
  coveredSome: '{count} Bereiche unkenntlich',
  modes: { pixelate: 'verpixelt', blur: 'weichgezeichnet', fill: 'geschwärzt' },
  held: 'Aufbewahrungspflicht',
  custody: 'Verwahrung',
  hold: 'Sperren',
  release: 'Freigeben',
  reason: 'Grund',
  timelineUnavailable: 'Was abgelegt ist, lässt sich nicht anzeigen.',
  actions: {
    stored: 'Abgelegt',
    viewed: 'Angesehen',
    listed: 'Aufgelistet',
    held: 'Gesperrt',
    released: 'Freigegeben',
    deleted: 'Gelöscht',
    expired: 'Abgelaufen',
    exported: 'Exportiert',
    refused: 'Abgewiesen',
    reconciled: 'Richtiggestellt',
    annotated: 'Beim Fall vermerkt',
    'annotation-failed': 'Nicht beim Fall vermerkt',
    protected: 'Aufzeichnungen geschützt',
    unprotected: 'Aufzeichnungen nicht mehr geschützt',
    'protection-failed': 'Aufzeichnungen nicht geschützt',
  },
  facesLoading: 'Die Gesichtserkennung wird geladen …',
  facesReady: 'Die Gesichtserkennung ist bereit.',
  facesUnavailable:
    'Die Gesichtserkennung konnte nicht geladen werden. Solange dies eingeschaltet ist, versucht es jede Aufnahme erneut.',
  facesFailed:
    'Nach Gesichtern konnte nicht gesucht werden, es wurde nichts aufgenommen. Versuchen Sie es erneut oder schalten ' +
    'Sie „Gesichter finden“ aus.',
  facesNone: '0 Gesichter gefunden: Prüfen Sie das Bild',
  facesOne: '1 Gesicht verborgen: Prüfen Sie, ob weitere zu sehen sind',
  facesSome: '{count} Gesichter verborgen: Prüfen Sie, ob weitere zu sehen sind',
};

/** The page's own English texts, in German: by their element's `data-text`. @type {Record<string, string>} */
const germanPage = {
  title: 'Video-Interaktion',
  interaction: 'Interaktion',
  noInteraction: 'Diese Seite wurde ohne gültige Interaktion geöffnet. Öffnen Sie sie aus dem Gespräch heraus.',
  customerVideo: 'Video der Kundin oder des Kunden',
  signIn: 'Anmelden',
  key: 'Ihr Schlüssel',
  keyHint:
    'Der Dienst möchte wissen, wer Sie sind. Geben Sie Ihren Schlüssel ein oder, in Genesys Cloud, Ihr Zugriffstoken. ' +
    'Er bleibt nur in diesem Tab.',
  review: 'Jedes Bild vor dem Übertragen prüfen',
  hideText: 'Text verbergen',
  textHint:
    'Text und Codes werden abgedeckt; bei der Prüfung können Sie Stellen offen lassen. Bei geteilten Bildschirmen von ' +
    'selbst eingeschaltet. Manches wird übersehen.',
  findFaces: 'Gesichter finden',
  facesHint: 'Gefundene werden zum Abdecken vorgeschlagen, ohne Prüfung gleich abgedeckt. Manche werden übersehen.',
  snapshots: 'Aufnahmen dieses Falls',
  noSnapshots: 'Noch nichts aufgenommen. Aufnahmen erscheinen hier und werden beim Fall abgelegt.',
  simulation: 'Was schiefgehen kann',
  simulationHint: 'Diese Seite spielt auch die Gegenseite, über eine echte WebRTC-Verbindung.',
  customer: 'Gegenseite',
  service: 'Weg zum Dienst',
  cameraOff: 'Kamera ausschalten',
  freeze: 'Video einfrieren',
  source: 'Quelle',
  plainStream: 'Einfacher Stream',
  genesysSdk: 'Genesys-SDK, zwei Personen',
  offline: 'Netz weg',
  slow: 'Netz langsam',
  failing: 'Dienst gestört',
  switchCustomer: 'Zur anderen Person wechseln',
  shareScreen: 'Bildschirm teilen',
};

export const language = /^de\b/i.test(asked) ? 'de' : 'en';
export const words = { en, de };
export const strings = words[language];

/** Puts the page into German, where that is what was asked for. */
export function localise() {
  document.documentElement.lang = language;
  if (language !== 'de') return;
  document.title = `${germanPage.title} – caseframe`;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = germanPage[/** @type {HTMLElement} */ (element).dataset.text ?? ''];
  }
}

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
export function formatNumber(value, options) {
  return new Intl.NumberFormat(language, options).format(value);
}

/** @param {number} count */
export function sayFaces(count) {
  if (count === 0) return strings.facesNone;
  return count === 1 ? strings.facesOne : strings.facesSome.replace('{count}', formatNumber(count));
}

/** How much of a picture is covered, and in which ways. @param {{ mode?: string }[]} redactions */
export function sayCovered(redactions) {
  const count = redactions.length;
  if (count === 0) return strings.coveredNone;
  const ways = [...new Set(redactions.map(({ mode }) => mode))].map(
    (mode) => strings.modes[/** @type {keyof typeof strings.modes} */ (mode)] ?? mode,
  );
  const text = count === 1 ? strings.coveredOne : strings.coveredSome.replace('{count}', formatNumber(count));
  return `${text} (${ways.join(', ')})`;
}

/** @param {{ deletedAt?: string, reason?: string }} answer As far as it is known. */
export function sayDeleted({ deletedAt, reason }) {
  if (!deletedAt) return strings.deleted;
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(deletedAt),
  );
  const why = reason === 'retention' ? strings.retention : reason;
  return [strings.deletedOn.replace('{when}', when), why].filter(Boolean).join(': ');
}

/** Why the service has said no: its own sentences are for programmers. @param {number} status @param {any} answer Its JSON. */
export function sayRefusal(status, answer) {
  const { code } = answer;
  const known = strings.problems[/** @type {keyof typeof strings.problems} */ (code)];
  if (known) return known;
  if (status === 410) return `${sayDeleted(answer)}.`;
  if (/^(organization|client)-not-allowed$|^not-a-user$/.test(code)) return strings.accountRefused;
  return status === 429 || status >= 500 ? strings.busy : strings.problem.replace('{code}', code ?? String(status));
}
