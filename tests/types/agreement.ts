// The public declarations (js/types) and the sources say the same, in both directions: every name, every property, what is
// optional, what a function takes and gives. Checked by `tsc -p tsconfig.json`, never run.
import type * as sourceBurst from '../../js/burst.js';
import type * as sourceCapture from '../../js/capture.js';
import type * as sourceDisposable from '../../js/disposable.js';
import type * as sourceMachine from '../../js/elements/button-machine.js';
import type * as sourceButtonStrings from '../../js/elements/button-strings.js';
import type * as sourceDeliveries from '../../js/elements/deliveries.js';
import type * as sourceElements from '../../js/elements/index.js';
import type * as sourceReviewStrings from '../../js/elements/review-strings.js';
import type * as sourceReviewWindow from '../../js/elements/review-window.js';
import type * as sourceElementStrings from '../../js/elements/strings.js';
import type * as sourceTake from '../../js/elements/take.js';
import type * as sourceBorder from '../../js/engine/border.js';
import type * as sourceEngine from '../../js/engine/index.js';
import type * as sourceRegions from '../../js/engine/regions.js';
import type * as sourceSources from '../../js/frames/source.js';
import type * as sourceGenesys from '../../js/genesys/index.js';
import type * as sourceShapes from '../../js/genesys/shapes.js';
import type * as sourceVideoClient from '../../js/genesys/video-client.js';
import type * as sourceIndex from '../../js/index.js';
import type * as sourceOptions from '../../js/options.js';
import type * as sourceSnapshot from '../../js/snapshot.js';
import type * as sourceStill from '../../js/still.js';
import type * as element from '../../js/types/element.js';
import type * as engine from '../../js/types/engine.js';
import type * as genesys from '../../js/types/genesys.js';
import type * as index from '../../js/types/index.js';
import type * as upload from '../../js/types/upload.js';
import type * as sourceUpload from '../../js/upload/index.js';

/**
 * What a browser or JavaScript itself declares: the same name is the same type. No empty interface may be among them
 * (`WebAssembly.Module`): every object is one.
 */
type Foreign =
  | Blob
  | ImageBitmap
  | EventTarget
  | Headers
  | URL
  | Date
  | RTCRtpReceiver
  | ArrayBufferView
  | Promise<unknown>;

/**
 * A type as nothing but its properties and calls, so that two of different making can be compared. What is `readonly` only
 * the declarations say: a typedef in JSDoc cannot.
 */
type Shape<T> = 0 extends 1 & T
  ? { any: true }
  : T extends (...parameters: infer P) => infer R
    ? { takes: ShapeEach<P>; gives: Shape<R> }
    : T extends Promise<infer R>
      ? { resolves: Shape<R> }
      : T extends Foreign
        ? T
        : T extends object
          ? { -readonly [K in keyof T]: Shape<T[K]> }
          : T;

type ShapeEach<P extends unknown[]> = { [K in keyof P]: Shape<P[K]> };

type Identical<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
type Same<A, B> = Identical<Shape<A>, Shape<B>>;
type Expect<T extends true> = T;
type Refuse<T extends false> = T;

/** A class that extends an element: what it adds that a page may use. */
type Added<T> = { [K in Exclude<keyof T, keyof HTMLElement | `_${string}` | `${string}Callback`>]: T[K] };

// The comparison sees each way to drift.
export type Notices = [
  Expect<Same<{ a: 1; b?: (x: string) => { c: 2 } }, { a: 1 } & { b?: (x: string) => { c: 2 } }>>,
  Refuse<Same<{ a: 1 }, { a: 1; b?: 2 }>>,
  Refuse<Same<{ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }>>,
  Refuse<Same<{ a: 1 }, { a?: 1 }>>,
  Refuse<Same<{ a: () => { b: 1 } }, { a: () => { b: 1; c?: 2 } }>>,
  Refuse<Same<{ a: (x: { b: 1 }) => void }, { a: (x: { b: 1; c?: 2 }) => void }>>,
  Refuse<Same<{ a: () => Promise<{ b: 1 }> }, { a: () => Promise<{ b?: 1 }> }>>,
  Refuse<Same<'a' | 'b', 'a' | 'b' | 'c'>>,
  Refuse<Same<ReturnType<typeof JSON.parse>, string>>,
  Refuse<Same<Added<{ a: 1; _b: 2 }>, { a: 1; b: 2 }>>,
];

// What can be imported at run time.
export type Values = [
  Expect<Identical<keyof typeof sourceIndex, keyof typeof index>>,
  Expect<Identical<keyof typeof sourceGenesys, keyof typeof genesys>>,
  Expect<Identical<keyof typeof sourceUpload, keyof typeof upload>>,
  Expect<Identical<keyof typeof sourceElements, keyof typeof element>>,
  // The engine's file has one more, which the one for Node takes.
  Expect<Identical<Exclude<keyof typeof sourceEngine, 'start'>, keyof typeof engine>>,
  Expect<typeof sourceIndex.version extends typeof index.version ? true : false>,
  Expect<Same<typeof sourceIndex.createCapture, typeof index.createCapture>>,
  Expect<Same<typeof sourceIndex.fromMediaStream, typeof index.fromMediaStream>>,
  Expect<
    Same<ConstructorParameters<typeof sourceIndex.CaptureError>, ConstructorParameters<typeof index.CaptureError>>
  >,
  Expect<Same<sourceIndex.CaptureError, index.CaptureError>>,
  Expect<Same<keyof typeof sourceIndex.CaptureError, keyof typeof index.CaptureError>>,
  Expect<Same<typeof sourceEngine.createEngine, typeof engine.createEngine>>,
  Expect<Same<typeof sourceGenesys.fromWebrtcSdk, typeof genesys.fromWebrtcSdk>>,
  Expect<Same<typeof sourceGenesys.fromVideoClient, typeof genesys.fromVideoClient>>,
  Expect<Same<typeof sourceUpload.createUploader, typeof upload.createUploader>>,
];

export type Index = [
  Expect<Same<sourceCapture.Source, index.Source>>,
  Expect<Same<sourceCapture.Capture, index.Capture>>,
  Expect<Same<sourceDisposable.Disposes, index.Disposes>>,
  Expect<Same<sourceIndex.CaptureErrorCode, index.CaptureErrorCode>>,
  Expect<Same<sourceSources.CaptureSource, index.CaptureSource>>,
  Expect<Same<sourceSources.SourceLike, index.SourceLike>>,
  Expect<Same<sourceSources.Target, index.Target>>,
  Expect<Same<sourceOptions.CreateCaptureOptions, index.CreateCaptureOptions>>,
  Expect<Same<sourceOptions.CaptureContext, index.CaptureContext>>,
  Expect<Same<sourceOptions.CaptureOnlyOptions, index.CaptureOnlyOptions>>,
  Expect<Same<sourceOptions.CaptureOptions, index.CaptureOptions>>,
  Expect<Same<sourceStill.Preview, index.Preview>>,
  Expect<Same<sourceStill.Still, index.Still>>,
  Expect<Same<sourceOptions.Detect, index.Detect>>,
  Expect<Same<sourceOptions.DetectHook, index.DetectHook>>,
  Expect<Same<sourceStill.StillTextOptions, index.StillTextOptions>>,
  Expect<Same<sourceStill.StillOnlyOptions, index.StillOnlyOptions>>,
  Expect<Same<sourceStill.StillEncodeOptions, index.StillEncodeOptions>>,
  Expect<Same<sourceSnapshot.Snapshot, index.Snapshot>>,
  Expect<Same<sourceSnapshot.FrameRecord, index.FrameRecord>>,
  Expect<Same<sourceBurst.Candidates, index.Candidates>>,
  Expect<Same<sourceSnapshot.Timings, index.Timings>>,
];

export type Engine = [
  Expect<Same<sourceEngine.Engine, engine.Engine>>,
  Expect<Same<sourceEngine.EngineFrame, engine.EngineFrame>>,
  Expect<Same<sourceEngine.Frame, engine.Frame>>,
  Expect<Same<sourceEngine.Encoded, engine.Encoded>>,
  Expect<Same<sourceEngine.Encoded['jpeg'], engine.Bytes>>,
  Expect<Same<sourceEngine.ScaledImage, engine.ScaledImage>>,
  Expect<Same<sourceEngine.ScaledImage['data'], engine.ClampedBytes>>,
  Expect<Same<sourceEngine.LoadOptions, engine.LoadOptions>>,
  Expect<Same<sourceEngine.Variant, engine.Variant>>,
  Expect<Same<sourceEngine.EncodeOptions, engine.EncodeOptions>>,
  Expect<Same<sourceEngine.ScaledOptions, engine.PreviewOptions>>,
  Expect<Same<sourceEngine.TextKind, engine.TextKind>>,
  Expect<Same<sourceEngine.TextOptions, engine.TextOptions>>,
  Expect<Same<sourceEngine.TextRegion, engine.TextRegion>>,
  Expect<Same<sourceEngine.FrameReport, engine.FrameReport>>,
  Expect<Same<sourceEngine.Metadata, engine.Metadata>>,
  Expect<Same<sourceEngine.Redaction, engine.Redaction>>,
  Expect<Same<sourceEngine.Region, engine.Region>>,
  Expect<Same<sourceEngine.Verdict, engine.Verdict>>,
  Expect<Same<sourceBorder.RedactMode, engine.RedactMode>>,
  Expect<Same<sourceBorder.RegionUnit, engine.RegionUnit>>,
  Expect<Same<sourceBorder.Subsampling, engine.Subsampling>>,
  Expect<Same<sourceRegions.Size, engine.Size>>,
];

export type Genesys = [
  Expect<Same<sourceGenesys.Kind, genesys.Kind>>,
  Expect<Same<sourceGenesys.Selection, genesys.Selection>>,
  Expect<Same<sourceVideoClient.ClientOptions, genesys.ClientOptions>>,
  Expect<Same<sourceGenesys.VideoClientOptions, genesys.VideoClientOptions>>,
  Expect<Same<sourceGenesys.VideoClientLike, genesys.VideoClientLike>>,
  Expect<Same<sourceGenesys.WebrtcSdkLike, genesys.WebrtcSdkLike>>,
  Expect<Same<sourceShapes.Emitter, genesys.Emitter>>,
  Expect<Same<sourceShapes.SdkFields, genesys.SdkFields>>,
  Expect<Same<sourceShapes.ClientFields, genesys.ClientFields>>,
];

export type Upload = [
  Expect<Same<sourceUpload.Uploader, upload.Uploader>>,
  Expect<Same<sourceUpload.UploaderOptions, upload.UploaderOptions>>,
  Expect<Same<sourceUpload.HeadersContext, upload.HeadersContext>>,
  Expect<Same<sourceUpload.PageHeaders, upload.PageHeaders>>,
  Expect<Same<NonNullable<sourceUpload.UploaderOptions['retry']>, upload.RetryOptions>>,
  Expect<Same<NonNullable<sourceUpload.UploaderOptions['limits']>, upload.QueueLimits>>,
  Expect<Same<sourceUpload.UploadSnapshot, upload.UploadSnapshot>>,
  Expect<Same<sourceUpload.SendOptions, upload.SendOptions>>,
  Expect<Same<sourceUpload.FlushOptions, upload.FlushOptions>>,
  Expect<Same<sourceUpload.Receipt, upload.Receipt>>,
  Expect<Same<sourceUpload.PendingItem, upload.PendingItem>>,
  Expect<Same<sourceUpload.UploadEvents, upload.UploadEvents>>,
  Expect<Same<sourceUpload.UploadWarning, upload.UploadWarning>>,
  Expect<Same<Parameters<NonNullable<sourceUpload.SendOptions['onProgress']>>[0], upload.UploadProgress>>,
];

export type Elements = [
  Expect<Same<Added<sourceElements.CaseframeButton>, Added<element.CaseframeButton>>>,
  Expect<Same<Added<sourceElements.CaseframeReview>, Added<element.CaseframeReview>>>,
  Expect<Same<sourceElements.CaseframeButton['focus'], element.CaseframeButton['focus']>>,
  Expect<Same<sourceMachine.ButtonState, element.ButtonState>>,
  Expect<Same<sourceElementStrings.SharedWords, element.SharedWords>>,
  Expect<Same<sourceButtonStrings.ButtonWords, element.ButtonWords>>,
  Expect<Same<keyof sourceReviewStrings.ReviewWords, keyof element.ReviewWords>>,
  Expect<Same<sourceDeliveries.UploaderLike, element.UploaderLike>>,
  Expect<Same<sourceTake.CaptureLike, element.CaptureLike>>,
  Expect<Same<sourceReviewWindow.Dropped, element.Dropped>>,
  Expect<Same<sourceReviewWindow.ReviewResult, element.ReviewResult>>,
  // Each event that the elements fire has a type: the manifest's test names them.
  Expect<
    Identical<
      element.CaseframeEventMap['caseframe-captured'],
      CustomEvent<index.Snapshot & { dropped?: element.Dropped[] }>
    >
  >,
];
