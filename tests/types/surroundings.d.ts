// What the documentation's snippets take from the page around them.

declare const sdk: import('genesys-cloud-webrtc-sdk').GenesysCloudWebrtcSdk;
declare const videoClient: {
  on(event: 'participant-added' | 'stream-added', listener: (participant: { isRemote: boolean }) => void): void;
  off(event: string, listener: () => void): void;
  getActiveInteraction(): { id: string } | null;
};

// The call, the agent and the case.
declare const remoteStream: MediaStream;
declare const stream: MediaStream;
declare const source: import('caseframe').CaptureSource;
declare const signedInAgent: { id: string };
declare const signedInAgentId: string;
declare const conversationId: string;
declare const shownConversationId: string;
declare const interactionByParticipant: Map<string, string>;
declare const signal: AbortSignal;
declare function token(options?: { fresh: boolean }): Promise<string>;
declare function accessToken(options: { fresh: boolean }): Promise<string>;

// What another snippet has made.
declare const capture: import('caseframe').Capture;
declare const snapshot: import('caseframe').Snapshot;
declare const uploader: import('caseframe/upload').Uploader;
declare const button: import('caseframe/element').CaseframeButton;
declare const regionsTheAgentDrew: import('caseframe').Region[];
declare const redact: import('caseframe').Region[];
declare const data: Uint8Array;
declare const width: number;
declare const height: number;
declare const stride: number;

// The page.
declare const captureButton: HTMLButtonElement;
declare function upload(file: Blob, interactionId: string | null, participantId: string | null): Promise<void>;
declare function showToAgent(text: string): void;
declare function show(id: string, text: string): void;
declare function showWarning(code: string, ids: string[]): void;

// Of purecloud-client-app-sdk.
declare const lifecycleHooks: { stop(listener: () => void): void };
declare function stopped(): void;
