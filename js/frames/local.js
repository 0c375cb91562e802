/**
 * Does a track come from this device's own camera or screen?
 *
 * Only what is certain counts. Media Capture and Streams, section 4.3.8, gives a `groupId` to tracks of a device and to
 * no others, and Screen Capture, section 5.4, a `displaySurface` to captured screens. Tracks that a peer connection
 * receives or a canvas makes have neither (a `deviceId` they do have, in Chromium).
 * @param {MediaStreamTrack} track
 */
export function isLocal(track) {
  const settings = track.getSettings();
  return Boolean(settings.groupId || /** @type {{ displaySurface?: string }} */ (settings).displaySurface);
}
