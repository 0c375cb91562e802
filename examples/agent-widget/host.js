/**
 * Where the page runs: by itself, or in a frame of Genesys Cloud, which fills in the address (genesys-integration.json)
 * and tells of the frame's life by messages.
 *
 * The messages are those of purecloud-client-app-sdk 2.6 (`lifecycle.addStopListener`, `lifecycle.stopped`). They are
 * spoken here directly, since the page's policy lets no script of another origin in.
 */

const PROTOCOL = 'purecloud-client-apps';
/** What an interaction may be called, as the middleware has it. */
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

const query = new URLSearchParams(location.search);

/** As in a `lang` attribute. */
export const language = query.get('lang') ?? query.get('gcLangTag') ?? navigator.language;

/** Of the address; null where it names none, and the page makes one up. */
export const givenInteraction = query.get('gcConversationId');

/** A template that was not filled in (`{{gcConversationId}}`) is no interaction either. @param {string} interactionId */
export function isInteraction(interactionId) {
  return IDENTIFIER.test(interactionId);
}

/** In a frame of another page. */
export const isEmbedded = window.parent !== window;

/**
 * Believes the page around it, and that one alone: the service's `frame-ancestors` says who that may be, and the address
 * says where its messages come from.
 * @param {object} on
 * @param {() => Promise<void>} on.stop The frame is about to go; it goes once this has settled.
 */
export function followHost({ stop }) {
  const origin = query.get('gcHostOrigin');
  if (!isEmbedded || !origin) return;
  /** @param {string} action */
  const tell = (action) =>
    window.parent.postMessage(
      { action, protocol: PROTOCOL, protocolAgentName: 'caseframe-agent-widget', protocolAgentVersion: '0.1.0' },
      origin,
    );

  addEventListener('message', async (event) => {
    if (event.source !== window.parent || event.origin !== origin) return;
    const { purecloudEventType, hook } = Object(event.data);
    if (purecloudEventType !== 'appLifecycleHook') return;
    if (hook === 'bootstrap') tell('bootstrapped');
    if (hook !== 'stop') return;
    try {
      await stop();
    } finally {
      tell('stopped');
    }
  });
}
