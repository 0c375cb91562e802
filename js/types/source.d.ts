/** What captures are taken from, for `caseframe` and `caseframe/genesys`. */

/** One picture that can be captured. Two calls of `targets()` name the same picture by the same `track` or `element`. */
export interface Target {
  /** A remote video track. Missing, and `element` too, where a camera is off that has never sent. */
  track?: MediaStreamTrack | undefined;
  /** Without a track, the element that plays a file. Beside one, the element that shows it. */
  element?: HTMLVideoElement | undefined;
  /** What the snapshot is filed under, read at the moment of the call; `null` where the source knows none. */
  interactionId: string | null;
  /** Who is in the picture; `null` where the source does not know. */
  participantId: string | null;
  /** Their account, where they have one: customers often have none. */
  userId?: string | null | undefined;
  /** 'camera' or 'screen' of Genesys' sources; 'stream', 'track' or 'element' of plain ones. */
  kind: string;
  /**
   * What the source does not know for certain, where it lists one picture for several interactions or participants. A
   * capture does not take such a target, whatever name it is given: 'interaction-ambiguous'.
   */
  guess?: 'interaction' | 'participant' | undefined;
  /** What a picture without ids comes from: a stream, a media source, or a file's address. Another origin is another picture. */
  origin?: unknown | undefined;
  /** Whether signalling says that the sender's camera is off: a capture is 'camera-off' at once. */
  cameraOff?: boolean | undefined;
  /** On the clock of `performance.now()`, in ms. Frames presented before may show somebody else and do not count. */
  notBefore?: number | undefined;
  /** The track's receiver, whose counters tell a frozen video from one that has never started. */
  receiver?: RTCRtpReceiver | undefined;
}

/** What captures are taken from: lists what there is now. */
export interface CaptureSource {
  /** What can be captured now, the preferred first: remote video only. Made anew at each call. */
  targets: () => Target[];
  /** Calls back whenever `targets()` would answer differently. Returns what takes the listener back. */
  on: (event: 'change', listener: () => void) => (() => void) | void;
  /** Lets go of everything the source listens to. `targets()` is empty then. */
  dispose: () => void;
}
