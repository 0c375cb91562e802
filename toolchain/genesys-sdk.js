/**
 * What the demo and the tests need of the real SDK, to be bundled into one file for browsers (bundle-sdk.mjs). A widget of
 * your own imports `genesys-cloud-webrtc-sdk` as usual.
 */
export { default as StreamingClient } from 'genesys-cloud-streaming-client';
export { GenesysCloudWebrtcSdk, SessionTypes } from 'genesys-cloud-webrtc-sdk';
export { handleConversationUpdate, proxyStreamingClientEvents } from 'genesys-cloud-webrtc-sdk/dist/es/client-private';
