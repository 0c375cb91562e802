// The adapters take Genesys' own types without a cast, in each shape a page may have them in. Checked, never run.
import { type CaptureSource, createCapture, type Snapshot, type Target } from 'caseframe';
import { fromVideoClient, fromWebrtcSdk } from 'caseframe/genesys';
import type { GenesysCloudWebrtcSdk, ISdkConfig, VideoMediaSession } from 'genesys-cloud-webrtc-sdk';

declare const sdk: GenesysCloudWebrtcSdk;
declare const config: ISdkConfig;
declare const session: VideoMediaSession;
declare class OwnSdk extends GenesysCloudWebrtcSdk {
  readonly own: string;
}

const source: CaptureSource = fromWebrtcSdk(sdk);
fromWebrtcSdk(sdk, { kind: 'camera' });
fromWebrtcSdk(sdk, { kind: 'screen', interactionId: session.conversationId, participantId: 'p' });
fromWebrtcSdk(new OwnSdk(config), { kind: 'any' });

// @ts-expect-error there is no such kind
fromWebrtcSdk(sdk, { kind: 'video' });
// @ts-expect-error a session is no SDK: it has no sessions
fromWebrtcSdk('sdk');
// @ts-expect-error an SDK is no VideoClient: it knows no active interaction
fromVideoClient(sdk);

/** The guide's client, as a page would declare it. */
interface Stream {
  id: string;
  type: 'audio' | 'video';
  mediaStream: MediaStream;
}
interface Participant {
  id: string;
  isRemote: boolean;
  streams: Stream[];
}
interface VideoClient {
  on(event: 'participant-added', listener: (participant: Participant) => void): void;
  on(event: 'stream-added', listener: (participant: Participant, stream: Stream) => void): void;
  off(event: string, listener: (...args: never[]) => void): void;
  getActiveInteraction(): { id: string; mediaType: string } | null;
}
declare const videoClient: VideoClient;
fromVideoClient(videoClient);
fromVideoClient(videoClient, { kind: 'camera', interactionOf: (participant: Participant) => participant.id });

const off = source.on('change', () => {});
if (off) off();
const targets: Target[] = source.targets();
const user: string | null | undefined = targets[0].userId;
const capture = createCapture();
const taken: Promise<Snapshot> = capture.snapshot(source, { interactionId: 'i', participantId: 'p' });
source.dispose();
// A source of one's own may be an event emitter.
declare const emitter: { on(event: string, listener: () => void): typeof emitter };
capture.snapshot({ targets: source.targets, on: emitter.on, dispose() {} });
void [user, taken];
