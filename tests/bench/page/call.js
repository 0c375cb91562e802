/**
 * A call as an agent's page has it: a remote video over a real RTCPeerConnection, shown in an element. The sender is in
 * this page too, fed by the browser's fake camera, so that its pixels never pass the main thread.
 */

/** Beyond what the picture needs, so that the sender does not ramp up through smaller sizes for long. */
const MAX_BITRATE = 20e6;

/**
 * @param {{ width: number, height: number, frameRate: number }} format
 * @returns {Promise<{ stream: MediaStream, video: HTMLVideoElement }>} Once frames of that size are shown.
 */
export async function startCall({ width, height, frameRate }) {
  const camera = await navigator.mediaDevices.getUserMedia({
    video: { width: { exact: width }, height: { exact: height }, frameRate },
  });
  const [sending, receiving] = [new RTCPeerConnection(), new RTCPeerConnection()];
  sending.onicecandidate = ({ candidate }) => receiving.addIceCandidate(candidate);
  receiving.onicecandidate = ({ candidate }) => sending.addIceCandidate(candidate);
  const remote = new Promise((resolve) => {
    receiving.ontrack = ({ streams }) => resolve(streams[0]);
  });
  sending.addTransceiver(camera.getVideoTracks()[0], {
    direction: 'sendonly',
    streams: [camera],
    sendEncodings: [{ maxBitrate: MAX_BITRATE, maxFramerate: frameRate }],
  });
  await sending.setLocalDescription();
  await receiving.setRemoteDescription(sending.localDescription);
  await receiving.setLocalDescription();
  await sending.setRemoteDescription(receiving.localDescription);
  const [sender] = sending.getSenders();
  const parameters = { ...sender.getParameters(), degradationPreference: 'maintain-resolution' };
  await sender.setParameters(parameters);

  const stream = await remote;
  const video = document.createElement('video');
  video.width = 640;
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  document.body.append(video);
  await video.play();
  await untilShown(video, width, height);
  return { stream, video };
}

/** @param {HTMLVideoElement} video @returns {Promise<VideoFrameCallbackMetadata>} */
export function nextFrame(video) {
  return new Promise((resolve) => video.requestVideoFrameCallback((_now, frame) => resolve(frame)));
}

/** @param {HTMLVideoElement} video @param {number} width @param {number} height */
export async function untilShown(video, width, height) {
  let frame;
  do frame = await nextFrame(video);
  while (frame.width !== width || frame.height !== height);
}
