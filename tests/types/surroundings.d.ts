// What the documentation's snippets take from the page around them, and as much of two frameworks' types as they use.

declare const sdk: import('genesys-cloud-webrtc-sdk').GenesysCloudWebrtcSdk;
declare const videoClient: {
  on(event: 'participant-added' | 'stream-added', listener: (participant: { isRemote: boolean }) => void): void;
  off(event: string, listener: () => void): void;
  getActiveInteraction(): { id: string } | null;
};
declare const captureButton: HTMLButtonElement;
declare const shownConversationId: string;
declare const interactionByParticipant: Map<string, string>;
declare const uploader: import('caseframe/upload').Uploader;
declare function upload(file: Blob, interactionId: string | null, participantId: string | null): Promise<void>;
declare function showToAgent(text: string): void;

declare module 'react' {
  export function useState<T>(initial: T): [T, (next: T) => void];
  export function useEffect(effect: () => undefined | (() => void), dependencies: readonly unknown[]): void;
}

declare module 'react/jsx-runtime' {
  export const Fragment: unique symbol;
  export function jsx(type: unknown, props: unknown): unknown;
  export function jsxs(type: unknown, props: unknown): unknown;
  export namespace JSX {
    interface IntrinsicElements {
      button: { type: 'button'; disabled: boolean; onClick: () => void; children: string };
      p: { role: string; children: string };
    }
  }
}

declare module '@angular/core' {
  export function Component(metadata: { selector: string; template: string }): (target: new () => object) => void;
  export function Input(options?: { required: boolean }): (target: object, property: string) => void;
  export function Output(): (target: object, property: string) => void;
  export class EventEmitter<T> {
    emit(value: T): void;
  }
  export function signal<T>(initial: T): { (): T; set(value: T): void };
  export interface OnInit {
    ngOnInit(): void;
  }
  export interface OnDestroy {
    ngOnDestroy(): void;
  }
}
