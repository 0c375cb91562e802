/** The real Genesys SDK over loopback calls, as `genesys`, for tests inside the page. */
import { fromVideoClient, fromWebrtcSdk } from '/dist/genesys/index.js';
import { createAgent, joinConversation } from '/widget/conference.js';
import { createSender } from './call.js';

/** What each sends, as one flat colour. */
const COLORS = { red: 'rgb(200, 40, 40)', blue: 'rgb(40, 60, 200)', green: 'rgb(40, 160, 60)' };

/** @param {keyof typeof COLORS} color */
function sender(color, width = 320, height = 180) {
  const sending = createSender(width, height);
  sending.show(COLORS[color]);
  return sending;
}

/** What the agent sends: a picture that no capture may ever show. */
const own = () => new MediaStream([sender('green').track]);

/** The one track of the session that has video. @param {any} session */
const trackOf = (session) => session.pc.getReceivers().find(({ track }) => track.kind === 'video').track;

/** @param {() => unknown} isDone */
async function until(isDone, what = String(isDone)) {
  const start = performance.now();
  while (!isDone()) {
    if (performance.now() - start > 60000) throw new Error(`It never came to ${what}`);
    await lab.sleep(10);
  }
}

/** A conversation whose picture has arrived. */
async function join(agent, conversationId, color, options = {}) {
  const sending = sender(color);
  const conversation = await joinConversation(agent, {
    conversationId,
    video: sending.track,
    own: own(),
    customers: [{ participantId: `customer of ${conversationId}` }],
    ...options,
  });
  await lab.ramped(trackOf(conversation.session), 160);
  return { ...conversation, sending, track: trackOf(conversation.session) };
}

/** Listeners, by what they listen to. @param {any[]} emitters */
const countListeners = (emitters) =>
  emitters.map((emitter) => Object.keys(emitter._events ?? {}).reduce((n, name) => n + emitter.listenerCount(name), 0));

/** Counts what is added to EventTargets from now on and not removed. */
function countEventTargets() {
  let count = 0;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (...args) {
    if (this instanceof MediaStreamTrack || this instanceof RTCPeerConnection || this instanceof MediaStream)
      count += 1;
    return addEventListener.apply(this, args);
  };
  EventTarget.prototype.removeEventListener = function (...args) {
    if (this instanceof MediaStreamTrack || this instanceof RTCPeerConnection || this instanceof MediaStream)
      count -= 1;
    return removeEventListener.apply(this, args);
  };
  return {
    count: () => count,
    stop: () => Object.assign(EventTarget.prototype, { addEventListener, removeEventListener }),
  };
}

/** The `VideoClient` of the capture guide, by contract: its package is on no registry. */
function createVideoClient() {
  const listeners = new Map();
  return {
    interaction: null,
    getActiveInteraction() {
      return this.interaction;
    },
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
    off(event, listener) {
      listeners.set(
        event,
        (listeners.get(event) ?? []).filter((each) => each !== listener),
      );
    },
    emit(event, ...args) {
      for (const listener of listeners.get(event) ?? []) listener(...args);
    },
    listening: () => [...listeners.values()].flat().length,
  };
}

/**
 * Writes down what the SDK and its sessions emit, with the state they are in and what the source offers then.
 * @param {any} sdk
 * @param {any} source
 */
function record(sdk, source) {
  const events = [];
  const names = new Map();
  /** Ids that are the same in every run. @param {string} id @param {string} kind */
  const name = (id, kind) => {
    if (!names.has(id))
      names.set(id, `${kind}-${[...names.values()].filter((each) => each.startsWith(kind)).length + 1}`);
    return names.get(id);
  };
  const tracksOf = ({ pc }) =>
    pc.getTransceivers().map(({ mid, currentDirection, receiver: { track } }) => ({
      mid,
      currentDirection,
      kind: track.kind,
      id: name(track.id, 'track'),
      readyState: track.readyState,
    }));
  const stateOf = (session) => ({
    id: name(session.id, 'session'),
    conversationId: session.conversationId,
    sessionType: session.sessionType,
    state: session.state,
    connectionState: session.pc.connectionState,
    pcParticipant: session.pcParticipant ?? null,
    tracks: tracksOf(session),
  });
  const plain = (argument) => {
    if (argument?.pc) return { session: name(argument.id, 'session') };
    const text = JSON.stringify(argument) ?? 'null';
    return JSON.parse(text.replace(/"sinkTrackId":"([^"]*)"/g, (_, id) => `"sinkTrackId":"${name(id, 'track')}"`));
  };
  const offered = () =>
    source
      .targets()
      .map(({ track, interactionId, participantId, kind, cameraOff }) =>
        [interactionId, participantId, kind, track ? name(track.id, 'track') : '-', ...(cameraOff ? ['off'] : [])].join(
          ' ',
        ),
      );
  const watch = (emitter, from) => {
    const { emit } = emitter;
    emitter.emit = (event, ...args) => {
      if (event === 'sessionStarted') watch(args[0], name(args[0].id, 'session'));
      const answer = emit.call(emitter, event, ...args);
      const sessions = sdk.sessionManager.getAllSessions().map(stateOf);
      events.push({ from, event, args: args.map(plain), sessions, offered: offered() });
      return answer;
    };
  };
  watch(sdk, 'sdk');
  return events;
}

/** Numbers of a seed (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

globalThis.genesys = {
  fromVideoClient,
  fromWebrtcSdk,
  createAgent,
  join,
  sender,
  own,
  trackOf,
  until,
  countListeners,
  countEventTargets,
  createVideoClient,
  record,
  randomFrom,
};
