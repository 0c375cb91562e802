/**
 * The words of an element: which language is spoken, what the page puts in place of them, and what stands for `{name}`.
 *
 * A set of words is flat, but for `advice`, the sentence for each error's code.
 */
import { CaptureError } from '../index.js';
import { invalid } from './errors.js';

/** @typedef {import('../index.js').CaptureErrorCode} CaptureErrorCode */

/**
 * What every element's words have.
 * @typedef {object} SharedWords
 * @property {string} language The words' own language (BCP 47): what they are read aloud in, and how numbers are written.
 * @property {Partial<Record<CaptureErrorCode, string>>} advice What to do about an error; an error's own sentence where a
 *   code has none here.
 */

/**
 * In the languages that are shipped. What has no German is taken from the English.
 * @template {SharedWords} W
 * @typedef {{ en: W, de: W }} Dictionary
 */

/** @type {Dictionary<SharedWords>} */
export const shared = {
  // An error brings its English sentence itself.
  en: { language: 'en', advice: {} },
  de: {
    language: 'de',
    advice: {
      'no-source': 'Es ist kein Video da, das aufgenommen werden könnte. Bitten Sie darum, die Kamera einzuschalten.',
      'local-stream': 'Das ist Ihre eigene Kamera. Wählen Sie das Video der Gegenseite.',
      'camera-off':
        'Die Kamera der Gegenseite ist aus. Bitten Sie darum, sie einzuschalten, und nehmen Sie dann erneut auf.',
      'no-frame':
        'Es ist noch kein Bild angekommen. Warten Sie, bis Sie die Gegenseite sehen, und nehmen Sie dann erneut auf.',
      'stale-frame': 'Das Video ist eingefroren. Warten Sie, bis es sich wieder bewegt, und nehmen Sie dann auf.',
      'black-frame': 'Das Bild ist schwarz. Bitten Sie darum, die Kamera freizumachen oder Licht einzuschalten.',
      'undecoded-frame': 'Das Video läuft noch nicht richtig. Warten Sie einen Moment und nehmen Sie dann erneut auf.',
      'uniform-frame': 'Das Bild zeigt nur eine Farbe. Bitten Sie darum, die Kamera auf das Motiv zu richten.',
      'too-small':
        'Das Bild ist noch zu klein. Warten Sie, bis das Video schärfer wird, und nehmen Sie dann erneut auf.',
      'stream-ended': 'Das Video ist beendet. Nehmen Sie auf, sobald die Gegenseite wieder da ist.',
      'interaction-ambiguous':
        'Es ist nicht sicher, wessen Bild das ist. Wählen Sie Interaktion und Person, oder warten Sie kurz und nehmen ' +
        'Sie erneut auf.',
      'interaction-changed':
        'Die Interaktion hat während der Aufnahme gewechselt, es wurde nichts gespeichert. Nehmen Sie erneut auf.',
      tainted: 'Der Browser erlaubt nicht, dieses Video zu lesen. Wenden Sie sich an Ihre Administration.',
      'consent-denied': 'Die Gegenseite hat der Aufnahme nicht zugestimmt. Es wurde nichts gespeichert.',
      'invalid-argument': 'Die Aufnahme ist falsch eingerichtet. Wenden Sie sich an Ihre Administration.',
      'engine-load':
        'Die Aufnahme konnte nicht geladen werden. Laden Sie die Seite neu, sonst wenden Sie sich an Ihre Administration.',
      'engine-crash': 'Die Aufnahme ist ausgefallen und wurde neu gestartet. Nehmen Sie erneut auf.',
      'out-of-memory':
        'Für dieses Bild reicht der Speicher nicht. Schließen Sie andere Tabs und nehmen Sie erneut auf.',
      aborted: 'Die Aufnahme wurde abgebrochen. Es wurde nichts gespeichert.',
      disposed: 'Die Aufnahme ist geschlossen. Laden Sie die Seite neu, um wieder aufzunehmen.',
      'upload-rejected': 'Der Server hat das Bild nicht angenommen. Wenden Sie sich an Ihre Administration.',
      'upload-failed':
        'Das Bild konnte nicht übertragen werden. Prüfen Sie die Verbindung und versuchen Sie es erneut.',
      'agent-mismatch':
        'Das Bild hat jemand anderes aufgenommen. Es wird übertragen, sobald sich diese Person wieder anmeldet.',
      'queue-full': 'Zu viele Bilder warten auf die Übertragung. Warten Sie, bis einige übertragen sind.',
      'unreliable-pixels':
        'Dieser Browser verfälscht Bilder. Erlauben Sie dieser Seite den Zugriff auf Canvas-Daten, oder nehmen Sie einen ' +
        'anderen Browser.',
    },
  },
};

/**
 * @template {SharedWords} W
 * @param {Dictionary<W>} dictionary
 * @param {string} language As in a `lang` attribute.
 * @param {Partial<W>} [replaced] The page's own.
 * @returns {W}
 */
export function wordsIn(dictionary, language, replaced = {}) {
  const words = /^de\b/i.test(language) ? dictionary.de : dictionary.en;
  return { ...words, ...replaced, advice: { ...words.advice, ...replaced.advice } };
}

/**
 * The page's own words, before they are used.
 * @template {SharedWords} W
 * @param {Dictionary<W>} dictionary @param {unknown} given
 * @returns {Partial<W> | undefined}
 * @throws {CaptureError} `invalid-argument` for a name that no word has, a word that is no text, or a language that is no
 *   tag: it would fail later, when a number is written.
 */
export function checkWords(dictionary, given) {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object') throw invalid('strings', 'an object', given);
  for (const [name, word] of Object.entries(given)) {
    if (!(name in dictionary.en)) throw invalid(`strings.${name}`, 'the name of a string', name);
    if (typeof word !== typeof dictionary.en[/** @type {keyof W} */ (name)])
      throw invalid(`strings.${name}`, 'text', word);
  }
  const { language } = /** @type {Partial<W>} */ (given);
  try {
    Intl.getCanonicalLocales(language);
  } catch {
    throw invalid('strings.language', 'a language tag', language);
  }
  return /** @type {Partial<W>} */ ({ ...given });
}

/**
 * @param {string} text @param {Record<string, string | number>} values
 * @example fill('Region {number} of {count}', { number: 2, count: 3 }) // Region 2 of 3
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

/**
 * What to do about an error, in these words. @param {SharedWords} words @param {CaptureErrorCode} code
 */
export function adviceOf(words, code) {
  return words.advice[code] || new CaptureError(code).advice;
}
