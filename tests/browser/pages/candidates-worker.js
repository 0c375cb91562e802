// The package's worker, and beside it somebody who looks at every candidate: each is a clone of a frame of the track.
const small = new OffscreenCanvas(64, 36).getContext('2d', { willReadFrequently: true });
const channel = new BroadcastChannel('candidates');
const { clone } = VideoFrame.prototype;
VideoFrame.prototype.clone = function () {
  small.drawImage(this, 0, 0, 64, 36);
  channel.postMessage(small.getImageData(32, 34, 1, 1).data[1]);
  return clone.call(this);
};
import('/dist/worker/worker.js');
