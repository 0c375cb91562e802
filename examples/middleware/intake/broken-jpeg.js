import { Problem } from '../problem.js';

/** @param {string} reason @returns {never} */
export function broken(reason) {
  throw new Problem(422, 'broken-jpeg', `The file is not a well-formed JPEG: ${reason}`);
}
