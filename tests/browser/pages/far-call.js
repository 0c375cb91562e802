/**
 * The two ends of a call between pages of different browsers. Their descriptions go through the server's mailboxes
 * (far-call.js), with all candidates in them.
 */
import { createSender } from './call.js';

const at = (box) => `/mailbox?name=${encodeURIComponent(box)}`;
const put = (box, description) => fetch(at(box), { method: 'POST', body: JSON.stringify(description) });
const take = async (box) => (await fetch(at(box))).json();

/** @param {string} name Of the call. @param {{ width: number, height: number, turned: 0 | 90 | 180 | 270 }} picture */
export async function callFar(name, { width, height, turned }) {
  const sending = createSender(width, height, { turned });
  const connection = new RTCPeerConnection();
  connection.addTransceiver(sending.track, {
    direction: 'sendonly',
    streams: [new MediaStream([sending.track])],
    sendEncodings: [{ maxBitrate: 2500000 }],
  });
  await connection.setLocalDescription(await connection.createOffer());
  await put(`${name}: offer`, await withCandidates(connection));
  await connection.setRemoteDescription(await take(`${name}: answer`));
  return {
    end() {
      connection.close();
      sending.stop();
    },
  };
}

/** @param {string} name @returns {Promise<MediaStream>} */
export async function answerFar(name) {
  const connection = new RTCPeerConnection();
  const received = new Promise((resolve) => {
    connection.ontrack = ({ streams }) => resolve(streams[0]);
  });
  await connection.setRemoteDescription(await take(`${name}: offer`));
  await connection.setLocalDescription(await connection.createAnswer());
  await put(`${name}: answer`, await withCandidates(connection));
  return received;
}

async function withCandidates(connection) {
  while (connection.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
  return connection.localDescription;
}
