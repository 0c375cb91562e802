/**
 * Genesys Cloud in a page: the real SDK, with its session manager, video handler and media sessions, joined to a media
 * server that is a loopback `RTCPeerConnection`. No organisation and no network are needed; what is stood in for is the
 * signalling connection, whose messages are handed to the SDK as they would come from the server.
 */
import {
  GenesysCloudWebrtcSdk,
  handleConversationUpdate,
  proxyStreamingClientEvents,
  SessionTypes,
  StreamingClient,
} from './built/genesys-sdk.js';

const AGENT = { userId: 'agent-user', participantId: 'agent-participant', jid: 'agent@demo.orgspan.com' };

const quiet = { log() {}, debug() {}, info() {}, warn() {}, error: console.error };

/** @typedef {Awaited<ReturnType<typeof createAgent>>} Agent */
/** @typedef {Awaited<ReturnType<typeof joinConversation>>} Conversation */

/** An agent who is signed in. */
export async function createAgent() {
  const sdk = new GenesysCloudWebrtcSdk({
    accessToken: 'none',
    environment: 'mypurecloud.com',
    optOutOfTelemetry: true,
    logger: quiet,
    allowedSessionTypes: [SessionTypes.collaborateVideo],
  });
  sdk._personDetails = { id: AGENT.userId, name: 'Agent', chat: { jabberId: AGENT.jid } };
  const streaming = new StreamingClient({
    host: 'wss://127.0.0.1:1',
    apiHost: 'mypurecloud.com',
    jid: AGENT.jid,
    authToken: 'none',
    optOutOfWebrtcStatsTelemetry: true,
    logger: quiet,
    appName: 'demo',
  });
  streaming.notifications.subscribe = async () => {};
  streaming.notifications.unsubscribe = async () => {};
  sdk._streamingConnection = streaming;
  await proxyStreamingClientEvents.call(sdk);
  await sdk.sessionManager.addAllowedSessionType(SessionTypes.collaborateVideo);

  /** By session: where what the SDK sends goes. @type {Map<string, (message: any) => Promise<void>>} */
  const servers = new Map();
  const signalling = streaming._webrtcSessions;
  signalling.stanzaInstance = {
    jid: `${AGENT.jid}/demo`,
    jingle: { sessions: {}, config: { iceServers: [], peerConnectionConfig: { iceTransportPolicy: 'all' } } },
    send: async () => {},
    async sendIQ({ genesysWebrtc }) {
      await servers.get(genesysWebrtc.params.sessionId)?.(genesysWebrtc);
      return {};
    },
  };
  return { sdk, signalling, servers };
}

let sessions = 0;

/**
 * A conversation comes in and is accepted.
 * @param {Agent} agent
 * @param {object} options
 * @param {string} options.conversationId
 * @param {MediaStreamTrack} options.video What the customer's camera sees.
 * @param {MediaStream} options.own What the agent sends.
 * @param {{ participantId: string, userId?: string }[]} options.customers
 * @param {boolean} [options.reinvite] A reconnection: the SDK does not announce the session.
 */
export async function joinConversation(agent, { conversationId, video, own, customers, reinvite = false }) {
  sessions += 1;
  const sessionId = `session-${sessions}`;
  const { signalling, servers, sdk } = agent;
  const from = `conference-${sessions}@conference.demo.orgspan.com`;
  const server = new RTCPeerConnection();
  const camera = server.addTransceiver(video, { direction: 'sendrecv', streams: [new MediaStream([video])] });
  server.addTransceiver('audio', { direction: 'sendrecv' }); // As every conference has, though nobody speaks here.
  server.createDataChannel('offered'); // The SDK opens its control channel where the offer has one.
  /** @type {Promise<RTCDataChannel>} */
  const control = new Promise((resolve) => {
    server.ondatachannel = ({ channel }) => resolve(channel);
  });
  /** @param {string} method @param {object} params */
  const toAgent = (method, params) =>
    signalling.handleGenesysWebrtcStanza({
      from,
      genesysWebrtc: { jsonrpc: '2.0', method, params: { sessionId, ...params } },
    });

  /** @type {(() => void) | undefined} */
  let answered;
  /** @type {RTCIceCandidateInit[]} */
  let early = [];
  servers.set(sessionId, async ({ method, params }) => {
    if (method === 'answer') {
      await server.setRemoteDescription({ type: 'answer', sdp: params.sdp });
      for (const candidate of early) await server.addIceCandidate(candidate);
      early = [];
      if (answered) answered();
    } else if (method === 'iceCandidate' && !params.sdp.includes('end-of-candidates')) {
      const [, sdpMid, candidate] = /m=(\S+)[\s\S]*?a=([^\r\n]+)/.exec(params.sdp) ?? [];
      if (server.remoteDescription) await server.addIceCandidate({ sdpMid, candidate });
      else early.push({ sdpMid, candidate });
    }
  });

  async function offer() {
    await server.setLocalDescription(await server.createOffer());
    const done = new Promise((resolve) => {
      answered = () => resolve(undefined);
    });
    await toAgent('offer', { conversationId, sdp: await withCandidates(server), reinvite });
    return done;
  }

  const done = offer();
  const session = await started(signalling, sessionId);
  // By session, not by conversation as `sdk.acceptSession` does it: after a reconnection there are two of one.
  await sdk.sessionManager.getSessionHandler({ jingleSession: session }).acceptSession(session, {
    conversationId,
    mediaStream: own,
    audioElement: document.createElement('audio'),
    videoElement: document.createElement('video'),
  });
  await done;

  /** Everybody who is there, as the server tells it after each change. */
  let people = customers.map((customer) => ({ videoMuted: false, sharingScreen: false, ...customer }));
  function tellParticipants() {
    const all = [{ ...AGENT, videoMuted: false, sharingScreen: false }, ...people];
    const participants = all.map(({ participantId, userId, videoMuted, sharingScreen }) => ({
      id: participantId,
      userId,
      purpose: participantId === AGENT.participantId ? 'agent' : 'customer',
      videos: [{ state: 'connected', audioMuted: true, videoMuted, sharingScreen }],
    }));
    handleConversationUpdate.call(sdk, { eventBody: { id: conversationId, participants } });
  }
  tellParticipants();

  return {
    session,
    sessionId,
    conversationId,
    server,
    camera,

    /** Somebody comes, changes or goes (`undefined`). @param {string} participantId @param {object} [change] */
    setParticipant(participantId, change) {
      const known = people.find((person) => person.participantId === participantId);
      people = people.filter((person) => person !== known);
      if (change) people.push({ videoMuted: false, sharingScreen: false, participantId, ...known, ...change });
      tellParticipants();
    },

    /** @param {object[]} incomingStreams Who is on which of the agent's received tracks. */
    async tellStreams(incomingStreams) {
      const channel = await control;
      if (channel.readyState !== 'open') await new Promise((resolve) => channel.addEventListener('open', resolve));
      const message = { jsonrpc: '2.0', method: 'member.notify.status', params: { incomingStreams } };
      channel.send(JSON.stringify(message));
    },

    /** A further track, as for a screen beside the camera. @param {MediaStreamTrack} track */
    async addTrack(track) {
      const transceiver = server.addTransceiver(track, { direction: 'sendonly', streams: [new MediaStream([track])] });
      await offer();
      return transceiver;
    },
    renegotiate: offer,

    /** The conversation ends, for everybody. */
    async end() {
      if (sdk.sessionManager.getAllSessions().includes(session)) await toAgent('terminate', { reason: 'success' });
      servers.delete(sessionId);
      server.close();
    },
  };
}

/** @param {any} signalling @param {string} sessionId */
async function started(signalling, sessionId) {
  for (;;) {
    const session = signalling.getAllSessions().find((/** @type {any} */ { id }) => id === sessionId);
    if (session?.sessionType) return session;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The local offer once it names every candidate. @param {RTCPeerConnection} connection */
async function withCandidates(connection) {
  if (connection.iceGatheringState !== 'complete') {
    await new Promise((resolve) => {
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState === 'complete') resolve(undefined);
      });
    });
  }
  return /** @type {RTCSessionDescription} */ (connection.localDescription).sdp;
}
