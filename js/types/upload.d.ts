/** What `import 'caseframe/upload'` gives: snapshots delivered once and never lost. */
import type { CaptureError, Disposes } from './shared.js';

export type { CaptureError, CaptureErrorCode } from './shared.js';

/**
 * For a page, a frame or a dedicated worker. At once it takes up what an earlier page has left in the queue.
 * @throws {CaptureError} 'invalid-argument'
 */
export function createUploader(options: UploaderOptions): Uploader;

/** What `headers` is asked for. */
export interface HeadersContext {
  /** Whose picture it is. */
  agentId: string;
  /** Which picture it is. */
  snapshotId: string;
  /** The try's number, from 1. */
  attempt: number;
  /** Whether the server has just answered 401: a token that was kept is no longer good. */
  renew: boolean;
}

/** A request's headers: texts by name. */
export type PageHeaders = Record<string, string> | Headers | Map<string, string>;

/** How long the next try waits after the n-th has failed: a random part of `baseMs` × 2ⁿ⁻¹, at most `maxMs`. */
export interface RetryOptions {
  /** In ms, above 0. Default 1000. */
  baseMs?: number | undefined;
  /** In ms, above 0; caps the server's Retry-After as well. Default 300000. */
  maxMs?: number | undefined;
}

/** How much may wait, of one agent; `parallel` of one page. */
export interface QueueLimits {
  /** Snapshots, above 0; more are 'queue-full'. Default 1000. */
  count?: number | undefined;
  /** In all, in bytes, above 0; more are 'queue-full'. Default 268435456 (256 MiB). */
  bytes?: number | undefined;
  /** How long one is tried, in ms, above 0; then 'upload-failed'. Default 604800000 (7 days). */
  ageMs?: number | undefined;
  /** How many are sent at once by this page, each of another interaction. Default 3. */
  parallel?: number | undefined;
}

/** Where snapshots go, and as whom. */
export interface UploaderOptions {
  /** The middleware's `…/api/v1/video-snapshot/upload`, http or https; relative to the page. */
  url: string | URL;
  /** Who is signed in. Another agent needs another uploader. */
  agentId: string;
  /**
   * Called anew for every try, and once more at once after a 401. Failing, taking longer than 15 s, or a value that is no
   * text counts as a failed try. Default none.
   */
  headers?: ((context: HeadersContext) => PageHeaders | Promise<PageHeaders>) | undefined;
  /** Where snapshots wait: 'indexeddb' (default) survives a reload, 'memory' does not. */
  queue?: 'indexeddb' | 'memory' | undefined;
  /** The queue's name; all uploaders of an origin with the same name share it. Default 'caseframe-upload'. */
  database?: string | undefined;
  /** When a failed try is repeated. */
  retry?: RetryOptions | undefined;
  /** How much may wait. */
  limits?: QueueLimits | undefined;
  /** A try without progress for so long is broken off, in ms. Default 30000. */
  stallMs?: number | undefined;
  /** A try without an answer so long after its body is broken off, in ms. Default 60000. */
  answerMs?: number | undefined;
  /** Whether pictures are encrypted in the database: AES-GCM, with a key that no script can read out. Default false. */
  encrypt?: boolean | undefined;
  /** Whether cookies go to another origin too, as in `fetch`; that origin has to agree. Default 'same-origin'. */
  credentials?: 'same-origin' | 'include' | undefined;
}

/**
 * A snapshot as `createCapture` gives it, or what else has these properties. Where only `id` is given, the snapshot has to
 * be in the queue, or delivered within a day. What follows `interactionId` becomes the field `metadata`: at most 256 KiB.
 */
export interface UploadSnapshot {
  /** The idempotency key: 1 to 255 printable ASCII characters. */
  id: string;
  /** The JPEG, not empty. */
  blob?: Blob | undefined;
  /** Of the blob, 64 lowercase hex digits. */
  sha256?: string | undefined;
  /** ISO 8601, with its offset. */
  capturedAt?: string | undefined;
  /** What it is filed under: required here or in `send`, unless only `id` is given. */
  interactionId?: string | null | undefined;
  /** In pixels. */
  width?: number | undefined;
  /** In pixels. */
  height?: number | undefined;
  /** Who is in the picture. */
  participantId?: string | null | undefined;
  /** As a target's `kind`. */
  sourceKind?: string | undefined;
  /** Where the pixels came from: a snapshot's `frame`. */
  frame?: object | undefined;
  /** What was covered: a snapshot's `redactions`. */
  redactions?: readonly object[] | undefined;
  /** What was suggested in a review and is not covered. */
  dropped?: readonly object[] | undefined;
}

/** How far a request's body has left, in bytes. 100 % is sent, not delivered. */
export interface UploadProgress {
  /** Bytes that have left. */
  loaded: number;
  /** Bytes of the whole body. */
  total: number;
}

/** What `send` takes. */
export interface SendOptions {
  /** Where the snapshot itself has none, or another is meant. */
  interactionId?: string | undefined;
  /** Takes the snapshot out of the queue: 'aborted'. What has been sent already may be stored. */
  signal?: AbortSignal | undefined;
  /** Called as the request's body leaves. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
}

/** What `flush` takes. */
export interface FlushOptions {
  /** How long it waits, in ms, at least 0. Default 10000. */
  timeoutMs?: number | undefined;
  /** Ends the wait with 'aborted', not the sending. */
  signal?: AbortSignal | undefined;
}

/** What the middleware answers once a picture is stored. */
export interface Receipt {
  /** It is stored. */
  success: true;
  /** The snapshot's. */
  id: string;
  /** The stable link of the stored picture; it asks whoever opens it who they are. */
  url: string;
  /** Of the bytes that were stored, 64 lowercase hex digits: the same as the snapshot's. */
  sha256: string;
  /** Whether the note at the interaction is written yet; `'failed'` of a picture that came before, whose note is given up. */
  annotation: 'queued' | 'done' | 'failed';
}

/** A snapshot that is not delivered yet. */
export interface PendingItem {
  /** The snapshot's. */
  id: string;
  /** What it is filed under. */
  interactionId: string;
  /** Who took it. Another agent's item is sent, retried and discarded only by an uploader of theirs. */
  agentId: string;
  /**
   * 'rejected': the server refused it, or its picture cannot be read. 'expired': it waited for longer than
   * `limits.ageMs`. Both are kept until `retry(id)` or `discard(id)`.
   */
  state: 'waiting' | 'sending' | 'rejected' | 'expired';
  /** Whether it survives a reload. */
  durable: boolean;
  /** How many tries were begun. */
  attempts: number;
  /** Of the JPEG. */
  bytes: number;
  /** ISO 8601. */
  capturedAt: string;
  /** ISO 8601. */
  queuedAt: string;
  /** ISO 8601; `null` where it is being sent, goes out next, or is not sent by itself. */
  nextTryAt: string | null;
  /** Why the last try failed, or 'agent-mismatch'; `null` where none has. */
  error: CaptureError | null;
}

/**
 * What each event brings. 'delivered' and 'failed' come in the tab that sent the snapshot, and in each that waits in `send`
 * for it; the others where they happen.
 */
export interface UploadEvents {
  /** A snapshot is stored; nothing of it has been sent before. */
  queued: { item: PendingItem };
  /** Part of the body has left. */
  progress: UploadProgress & { id: string };
  /** The whole body has left. Only the receipt says that it has arrived. */
  sent: { id: string };
  /** The receipt is there. */
  delivered: { id: string; receipt: Receipt };
  /** A try has failed. Without `willRetry` the snapshot is kept, and sent no more unless the page says so. */
  failed: { id: string; error: CaptureError; willRetry: boolean; item: PendingItem };
  /** Something that nobody asked about and somebody should know. */
  warning: UploadWarning;
}

/** What the event 'warning' brings. */
export interface UploadWarning {
  /**
   * 'volatile-queue': the database cannot be reached, and what `ids` names is lost with the page. 'agent-mismatch': what
   * `ids` names was taken by another agent and waits until they sign in.
   */
  code: 'volatile-queue' | 'agent-mismatch';
  /** For developers. */
  message: string;
  /** Of snapshots. */
  ids: string[];
  /** What led to it. */
  cause: unknown;
}

/** What `createUploader()` gives. */
export interface Uploader extends Disposes {
  /** Whose pictures it sends. */
  agentId: string;
  /**
   * Stores the snapshot, then sends it. Resolves once it is delivered, however long that takes; asked again for the same
   * id, also after a reload, it waits for the same delivery. What is delivered already resolves to its receipt, for a
   * day; for another interaction it is 'invalid-argument', as while it is queued.
   * @returns Rejects with 'invalid-argument', 'queue-full' or 'agent-mismatch' (nothing was stored), 'upload-rejected' or,
   *   too old, 'upload-failed' (kept in the queue; `details.reason` 'unreadable': nothing was stored, 'storage': it is
   *   gone, and nobody knows how), 'aborted' (taken out of it), 'disposed'.
   */
  send: (snapshot: UploadSnapshot, options?: SendOptions) => Promise<Receipt>;
  /**
   * What is not delivered, the oldest first; other agents' too. While the database is out of reach, what this page
   * holds.
   */
  pending: () => Promise<PendingItem[]>;
  /**
   * Tries a snapshot again at once, also one that was given up. `false` where the queue has none of this id.
   * @returns Rejects with 'agent-mismatch', and with 'upload-failed' (`details.reason` is 'storage') while nobody knows.
   */
  retry: (id: string) => Promise<boolean>;
  /** Takes a snapshot out of the queue for good. `false` where there is none of this id. Rejects as `retry` does. */
  discard: (id: string) => Promise<boolean>;
  /**
   * Tries everything now, and waits until nothing of this agent's waits any more, nor is being stored, or the time is up.
   * Resolves to what is left of theirs. For a host that is about to unload the page.
   * @returns Rejects with 'aborted', and with 'upload-failed' where the time is up and the database does not say.
   */
  flush: (options?: FlushOptions) => Promise<PendingItem[]>;
  /** Calls back at each event of a kind. Returns what takes the listener back. Throws 'invalid-argument'. */
  on: <T extends keyof UploadEvents>(type: T, listener: (event: UploadEvents[T]) => void) => () => void;
  /** Ends all tries and lets go of everything. What is in the database stays there; `send` rejects with 'disposed'. */
  dispose: () => void;
}
