/**
 * What `import 'caseframe/genesys'` gives: sources that know interactions and participants. Genesys' objects are taken by
 * structure, so that one build serves genesys-cloud-webrtc-sdk 8, 9 and 14; nothing of Genesys is imported.
 */
import type { CaptureSource } from './source.js';

export type { CaptureSource, Target } from './source.js';

/**
 * Follows the SDK's video sessions, those that are there already and those that come, until disposed. Create it beside the
 * SDK, before or after `initialize()`.
 * @throws {CaptureError} 'invalid-argument'
 */
export function fromWebrtcSdk(sdk: WebrtcSdkLike, options?: Selection): CaptureSource;

/**
 * Follows the `VideoClient` of Genesys' capture guide. A participant belongs to the interaction that was active when they
 * came, unless `interactionOf` says otherwise.
 * @throws {CaptureError} 'invalid-argument'
 */
export function fromVideoClient(videoClient: VideoClientLike, options?: VideoClientOptions): CaptureSource;

/** Which pictures are offered: 'any' offers cameras before shared screens. */
export type Kind = 'camera' | 'screen' | 'any';

/** Which of the pictures that an adapter knows are offered. */
export interface Selection {
  /** Default 'any'. */
  kind?: Kind | undefined;
  /** Only pictures of this interaction: a conversation's id. */
  interactionId?: string | undefined;
  /** Only pictures of this participant. */
  participantId?: string | undefined;
}

/** What only `fromVideoClient` takes. */
export interface ClientOptions {
  /**
   * Which interaction a participant, as the client has it, belongs to, where the page knows. Where it answers nothing, it
   * is the one that was active when they came.
   */
  interactionOf?: (participant: any) => string | null | undefined;
}

/** What `fromVideoClient` takes. */
export type VideoClientOptions = Selection & ClientOptions;

/** Node's `EventEmitter`, however a version types it. */
export interface Emitter {
  /** Listens to an event. */
  on: (event: any, listener: any) => unknown;
  /** Takes a listener back; this or `removeListener` is needed for `dispose()` to do so. */
  off?: ((event: any, listener: any) => unknown) | undefined;
  /** The older name of `off`. */
  removeListener?: ((event: any, listener: any) => unknown) | undefined;
}

/** What is read of a `genesys-cloud-webrtc-sdk` instance beside its events 'sessionStarted' and 'sessionEnded'. */
export interface SdkFields {
  /** Tells video sessions from phones and screens, where a session does not say itself. */
  isVideoSession?: ((session: any) => boolean) | undefined;
  /** Knows the sessions that are there already; made by `initialize()`. */
  sessionManager?:
    | { getAllSessions?: (() => any[]) | undefined; getAllActiveSessions?: (() => any[]) | undefined }
    | undefined;
  /** The agent, who is never a target. */
  _personDetails?: { id?: string | undefined } | null | undefined;
}

/** A `genesys-cloud-webrtc-sdk` instance. */
export type WebrtcSdkLike = Emitter & SdkFields;

/**
 * What is read of the guide's client beside its events 'participant-added', 'stream-added' and those that take them
 * back.
 */
export interface ClientFields {
  /** Where the agent is now. */
  getActiveInteraction: () => { id?: string | null | undefined } | null | undefined;
  /** Those who are there already, where the client tells. */
  participants?: Iterable<any> | undefined;
  /** The same as a method. */
  getParticipants?: (() => Iterable<any>) | undefined;
}

/** The `VideoClient` of Genesys' capture guide. */
export type VideoClientLike = Emitter & ClientFields;
