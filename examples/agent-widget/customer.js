/** The simulated customer: a real WebRTC call whose two ends are both in this page. */

const FRAMES_PER_SECOND = 30;
/** Enough for a sharp 1280 × 720 at 30 frames a second; a loopback has room for it. */
const MAX_BITRATE = 8_000_000;

/** @typedef {Awaited<ReturnType<typeof startCall>>} Call */

/** @param {HTMLCanvasElement} canvas what the customer's camera sees */
export async function startCall(canvas) {
  const [camera] = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
  camera.contentHint = 'detail';
  const customer = new RTCPeerConnection();
  const agent = new RTCPeerConnection();
  const { sender } = customer.addTransceiver(camera, {
    direction: 'sendonly',
    sendEncodings: [{ maxBitrate: MAX_BITRATE }],
    streams: [new MediaStream([camera])],
  });
  /** @type {Promise<MediaStream>} */
  const arrival = new Promise((resolve) => {
    agent.ontrack = ({ streams }) => resolve(streams[0]);
  });

  await customer.setLocalDescription();
  await agent.setRemoteDescription(await withCandidates(customer));
  await agent.setLocalDescription();
  await customer.setRemoteDescription(await withCandidates(agent));
  await sender.setParameters({ ...sender.getParameters(), degradationPreference: 'maintain-resolution' });

  return {
    /** What the agent receives. */
    stream: await arrival,
    /** As the customer's own mute button does it: black frames go on arriving. @param {boolean} on */
    setCamera(on) {
      camera.enabled = on;
    },
    /** Nothing is sent any more; the agent's side keeps its last picture. @param {boolean} frozen */
    async setFrozen(frozen) {
      await sender.replaceTrack(frozen ? null : camera);
    },
    end() {
      customer.close();
      agent.close();
      camera.stop();
    },
  };
}

/** The local description once it names every candidate. @param {RTCPeerConnection} connection */
async function withCandidates(connection) {
  if (connection.iceGatheringState !== 'complete') {
    await new Promise((resolve) => {
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState === 'complete') resolve(undefined);
      });
    });
  }
  return /** @type {RTCSessionDescription} */ (connection.localDescription);
}
