/** What TypeScript's DOM library does not declare. */

/** MediaStreamTrack Insertable Streams; in pages, Chromium only. */
declare class MediaStreamTrackProcessor {
  constructor(init: { track: MediaStreamTrack; maxBufferSize?: number });
  readonly readable: ReadableStream<VideoFrame>;
}

/** WebCodecs, VideoFrame.metadata(): the registry's `rtpTimestamp` is all that is read here. */
interface VideoFrame {
  metadata?(): { rtpTimestamp?: number };
}
