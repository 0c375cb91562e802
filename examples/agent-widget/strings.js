/** The page's words, in English and German. `?lang=` chooses, else the browser's language. */

const en = {
  endCall: 'End call',
  callAgain: 'Call again',
  connecting: 'Connecting …',
  connected: 'Connected',
  ended: 'Call ended',
  capturing: 'Capturing …',
  captured: 'Captured',
  interactionInvalid: 'Enter an interaction: letters, digits, hyphen and underscore.',
  areaInvalid: 'Enter the area to cover in percent of the picture. Nothing was captured.',
  thumbnail: 'Snapshot of',
  sending: 'Sending …',
  confirming: 'Sent, waiting for the receipt …',
  waiting: 'Waiting for the connection.',
  nextTry: 'Next try at',
  sendNow: 'Send now',
  discard: 'Discard',
  discarded: 'Discarded',
  otherAgent: 'Taken by another agent. It goes out once they sign in.',
  volatile: 'This browser cannot keep it: it is lost when the page is closed.',
  stored: 'Stored',
  open: 'Open the file',
  size: 'Size',
  verdicts: { ok: 'Good picture', uniform: 'One colour', black: 'Black', undecoded: 'Not decoded' },
  areas: 'Covered areas',
  frame: 'Frame',
  methods: { 'video-frame': 'VideoFrame', canvas: 'Canvas' },
  old: 'old',
  timings: 'Time taken, in milliseconds',
  wait: 'Wait',
  read: 'Read',
  engine: 'Engine',
  mainThread: 'Page',
  total: 'Total',
  sha256: 'SHA-256',
  held: 'Legal hold',
  hold: 'Hold',
  release: 'Release',
  reason: 'Reason',
  timelineUnavailable: 'What is filed cannot be shown just now.',
  actions: {
    stored: 'Stored',
    viewed: 'Viewed',
    held: 'Held',
    released: 'Released',
    exported: 'Exported',
    refused: 'Refused',
  },
  facesLoading: 'Loading face detection …',
  facesReady: 'Face detection is ready.',
  facesUnavailable: 'Face detection could not be loaded. While this is on, every capture tries again.',
  facesFailed: 'Faces could not be looked for, so nothing was captured. Try again, or turn “Hide faces” off.',
  facesNone: '0 faces found: check the picture',
  facesOne: '1 face hidden: check the picture for others',
  facesSome: '{count} faces hidden: check the picture for others',
  /** The sentence of each CaptureError is English already. @type {Record<string, string>} */
  advice: {},
};

/** @type {typeof en} */
const de = {
  endCall: 'Gespräch beenden',
  callAgain: 'Erneut anrufen',
  connecting: 'Verbindung wird aufgebaut …',
  connected: 'Verbunden',
  ended: 'Gespräch beendet',
  capturing: 'Wird aufgenommen …',
  captured: 'Aufgenommen',
  interactionInvalid: 'Geben Sie eine Interaktion an: Buchstaben, Ziffern, Binde- und Unterstrich.',
  areaInvalid: 'Geben Sie den Bereich in Prozent des Bildes an. Es wurde nichts aufgenommen.',
  thumbnail: 'Aufnahme von',
  sending: 'Wird übertragen …',
  confirming: 'Übertragen, die Bestätigung steht aus …',
  waiting: 'Wartet auf die Verbindung.',
  nextTry: 'Nächster Versuch um',
  sendNow: 'Jetzt übertragen',
  discard: 'Verwerfen',
  discarded: 'Verworfen',
  otherAgent: 'Von jemand anderem aufgenommen. Wird übertragen, sobald sich diese Person wieder anmeldet.',
  volatile: 'Dieser Browser kann es nicht aufbewahren: Es geht verloren, wenn die Seite geschlossen wird.',
  stored: 'Abgelegt',
  open: 'Datei öffnen',
  size: 'Größe',
  verdicts: { ok: 'Gutes Bild', uniform: 'Einfarbig', black: 'Schwarz', undecoded: 'Nicht dekodiert' },
  areas: 'Unkenntliche Bereiche',
  frame: 'Einzelbild',
  methods: { 'video-frame': 'VideoFrame', canvas: 'Canvas' },
  old: 'alt',
  timings: 'Dauer in Millisekunden',
  wait: 'Warten',
  read: 'Lesen',
  engine: 'Kern',
  mainThread: 'Seite',
  total: 'Gesamt',
  sha256: 'SHA-256',
  held: 'Aufbewahrungspflicht',
  hold: 'Sperren',
  release: 'Freigeben',
  reason: 'Grund',
  timelineUnavailable: 'Was abgelegt ist, lässt sich gerade nicht anzeigen.',
  actions: {
    stored: 'Abgelegt',
    viewed: 'Angesehen',
    held: 'Gesperrt',
    released: 'Freigegeben',
    exported: 'Exportiert',
    refused: 'Abgewiesen',
  },
  facesLoading: 'Die Gesichtserkennung wird geladen …',
  facesReady: 'Die Gesichtserkennung ist bereit.',
  facesUnavailable:
    'Die Gesichtserkennung konnte nicht geladen werden. Solange dies eingeschaltet ist, versucht es jede Aufnahme erneut.',
  facesFailed:
    'Nach Gesichtern konnte nicht gesucht werden, es wurde nichts aufgenommen. Versuchen Sie es erneut oder schalten ' +
    'Sie „Gesichter verbergen“ aus.',
  facesNone: '0 Gesichter gefunden: Prüfen Sie das Bild',
  facesOne: '1 Gesicht verborgen: Prüfen Sie, ob weitere zu sehen sind',
  facesSome: '{count} Gesichter verborgen: Prüfen Sie, ob weitere zu sehen sind',
  advice: {
    'no-source': 'Es gibt kein Video, das aufgenommen werden könnte. Bitten Sie darum, die Kamera einzuschalten.',
    'camera-off':
      'Die Kamera der Gegenseite ist aus. Bitten Sie darum, sie einzuschalten, und versuchen Sie es erneut.',
    'no-frame':
      'Es ist noch kein Bild angekommen. Warten Sie, bis Sie die Gegenseite sehen, und versuchen Sie es erneut.',
    'stale-frame': 'Das Video ist eingefroren. Warten Sie, bis es sich wieder bewegt, und versuchen Sie es erneut.',
    'black-frame': 'Das Bild ist schwarz. Bitten Sie darum, die Kamera freizumachen oder Licht einzuschalten.',
    'undecoded-frame': 'Das Video läuft noch nicht richtig. Warten Sie einen Moment und versuchen Sie es erneut.',
    'uniform-frame': 'Das Bild zeigt nur eine Farbe. Bitten Sie darum, die Kamera auf das Motiv zu richten.',
    'too-small': 'Das Bild ist noch zu klein. Warten Sie, bis das Video schärfer wird, und versuchen Sie es erneut.',
    'stream-ended': 'Das Video ist beendet. Nehmen Sie auf, sobald die Gegenseite wieder da ist.',
    'interaction-ambiguous':
      'Es ist nicht sicher, wessen Bild das ist. Wählen Sie Interaktion und Kunde, oder warten Sie kurz und nehmen Sie erneut auf.',
    'interaction-changed':
      'Die Interaktion hat während der Aufnahme gewechselt, es wurde nichts gespeichert. Versuchen Sie es erneut.',
    tainted: 'Der Browser erlaubt nicht, dieses Video zu lesen. Wenden Sie sich an Ihre Administration.',
    'invalid-argument': 'Die Aufnahme ist falsch eingerichtet. Wenden Sie sich an Ihre Administration.',
    'engine-load': 'Die Aufnahmekomponente konnte nicht geladen werden. Laden Sie die Seite neu.',
    'engine-crash': 'Die Aufnahmekomponente ist ausgefallen und wurde neu gestartet. Versuchen Sie es erneut.',
    'out-of-memory':
      'Für dieses Bild reicht der Speicher nicht. Schließen Sie andere Tabs und versuchen Sie es erneut.',
    aborted: 'Die Aufnahme wurde abgebrochen. Es wurde nichts gespeichert.',
    disposed: 'Die Aufnahme ist geschlossen. Laden Sie die Seite neu.',
    'upload-rejected': 'Der Server hat das Bild nicht angenommen. Wenden Sie sich an Ihre Administration.',
    'queue-full': 'Zu viele Bilder warten auf die Übertragung. Warten Sie, bis einige angekommen sind.',
    'agent-mismatch': 'Das Bild hat jemand anderes aufgenommen. Es wird übertragen, sobald diese Person sich anmeldet.',
    'upload-failed': 'Das Bild konnte nicht übertragen werden. Prüfen Sie die Verbindung und versuchen Sie es erneut.',
  },
};

/** The page's own English texts, in German: by their element's `data-text`. @type {Record<string, string>} */
const germanPage = {
  title: 'Video-Interaktion',
  interaction: 'Interaktion',
  customerVideo: 'Video der Kundin oder des Kunden',
  capture: 'Bild aufnehmen',
  cancel: 'Abbrechen',
  cover: 'Bereich unkenntlich machen',
  coverHint:
    'Ziehen Sie im Video einen Rahmen auf oder geben Sie den Bereich in Prozent des Bildes an. Er wird unkenntlich ' +
    'gemacht, bevor irgendetwas gespeichert wird.',
  coverOn: 'Unkenntlich machen',
  mode: 'Verfahren',
  pixelate: 'Verpixeln',
  blur: 'Weichzeichnen',
  fill: 'Schwärzen',
  left: 'Links %',
  top: 'Oben %',
  width: 'Breite %',
  height: 'Höhe %',
  faces: 'Gesichter',
  facesHint:
    'Sucht in jedem aufgenommenen Bild nach Gesichtern und macht sie mit dem oben gewählten Verfahren unkenntlich, ' +
    'bevor irgendetwas gespeichert wird. Manche werden übersehen: Prüfen Sie jedes Bild.',
  hideFaces: 'Gesichter verbergen',
  snapshots: 'Aufnahmen',
  noSnapshots: 'Noch nichts aufgenommen. Aufnahmen erscheinen hier und werden bei der Interaktion abgelegt.',
  filedHeading: 'Bei dieser Interaktion abgelegt',
  waitingHeading: 'Noch nicht übertragen',
  waitingHint:
    'Diese Aufnahmen sind auf diesem Computer gespeichert, bis sie angekommen sind, auch wenn die Seite geschlossen wird.',
  simulation: 'Simulierte Gegenseite',
  simulationHint: 'Diese Seite spielt auch die Gegenseite, über eine echte WebRTC-Verbindung.',
  cameraOff: 'Kamera ausschalten',
  freeze: 'Video einfrieren',
  source: 'Quelle',
  plainStream: 'Einfacher Stream',
  genesysSdk: 'Genesys-SDK, zwei Personen',
  offline: 'Netz ausschalten',
  switchCustomer: 'Zur anderen Person wechseln',
  shareScreen: 'Bildschirm teilen',
};

const asked = new URLSearchParams(location.search).get('lang') ?? navigator.language;
export const language = asked.toLowerCase().startsWith('de') ? 'de' : 'en';
export const strings = { en, de }[language];

/** Puts the page into German, where that is what was asked for. */
export function localise() {
  if (language !== 'de') return;
  document.documentElement.lang = language;
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
