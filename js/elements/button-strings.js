/** The button's words. */
import { shared } from './strings.js';

/** @import { Dictionary, SharedWords } from './strings.js' */

/**
 * @typedef {object} OwnButtonWords
 * @property {string} capture On the button.
 * @property {string} cancel
 * @property {string} retry
 * @property {string} capturing While a picture is being taken.
 * @property {string} reviewing While the agent looks at it.
 * @property {string} uploading While it is on its way.
 * @property {string} percent With `{percent}`, a number in the language's own digits.
 * @property {string} progress The bar's name.
 * @property {string} queued It waits, and a page that is closed does no harm.
 * @property {string} queuedHere It waits in this page alone.
 * @property {string} delivered
 * @property {string} captured It was taken, and nothing sends it.
 * @property {string} cancelled
 * @property {string} discarded
 * @property {string} consent What the built-in prompt asks.
 * @property {string} agreed
 * @property {string} declined
 */

/** @typedef {SharedWords & OwnButtonWords} ButtonWords */

/** @type {Dictionary<ButtonWords>} */
export const buttonWords = {
  en: {
    ...shared.en,
    capture: 'Take picture',
    cancel: 'Cancel',
    retry: 'Try again',
    capturing: 'Taking the picture …',
    reviewing: 'Check the picture before it is sent.',
    uploading: 'Sending …',
    percent: '{percent}%',
    progress: 'Sent so far',
    queued: 'Saved on this computer, will be sent.',
    queuedHere: 'Waiting to be sent. Keep this page open until then.',
    delivered: 'Delivered.',
    captured: 'Picture taken.',
    cancelled: 'Cancelled. Nothing was saved.',
    discarded: 'Discarded. Nothing was saved.',
    consent: 'Tell the customer that you are about to take a picture. Do they agree?',
    agreed: 'They agree, take picture',
    declined: 'They do not agree',
  },
  de: {
    ...shared.de,
    capture: 'Bild aufnehmen',
    cancel: 'Abbrechen',
    retry: 'Erneut versuchen',
    capturing: 'Das Bild wird aufgenommen …',
    reviewing: 'Prüfen Sie das Bild, bevor es übertragen wird.',
    uploading: 'Wird übertragen …',
    percent: '{percent} %',
    progress: 'Bisher übertragen',
    queued: 'Auf diesem Computer gespeichert, wird übertragen.',
    queuedHere: 'Wartet auf die Übertragung. Lassen Sie diese Seite so lange geöffnet.',
    delivered: 'Zugestellt.',
    captured: 'Bild aufgenommen.',
    cancelled: 'Abgebrochen. Es wurde nichts gespeichert.',
    discarded: 'Verworfen. Es wurde nichts gespeichert.',
    consent: 'Sagen Sie Ihrem Gegenüber, dass Sie ein Bild aufnehmen möchten. Ist die Person einverstanden?',
    agreed: 'Einverstanden, Bild aufnehmen',
    declined: 'Nicht einverstanden',
  },
};
