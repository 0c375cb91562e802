/** The frames of a run: raw RGBA in files, for the browsers by URL, for the native programs by path. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** @typedef {{ path: string, url: string, width: number, height: number }} FrameFile */

/**
 * @param {import('./scene.js').Picture} picture
 * @param {string} name
 * @param {{ folder: URL, url: string }} place Where it goes, and where the server has that folder.
 * @returns {Promise<FrameFile>}
 */
export async function writeFrame({ data, width, height }, name, { folder, url }) {
  const file = `${name}-${width}x${height}.rgba`;
  const path = fileURLToPath(new URL(file, folder));
  await writeFile(path, data);
  return { path, url: url + file, width, height };
}
