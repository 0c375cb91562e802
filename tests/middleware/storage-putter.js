// Usage: node storage-putter.js FOLDER [BYTES]   Puts objects until it is killed, and prints each key once it is stored.
// With BYTES: one object of that size; prints the error, and what is in the folder.
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { about, keys, picture } from './storage-contract.js';

const [folder, bytes] = process.argv.slice(2);
const storage = await openStorage(`file:${folder}`);
if (bytes === undefined) await Promise.all([putEndlessly('a'), putEndlessly('b'), putEndlessly('c')]);
else await putOne(randomBytes(Number(bytes)));

/** @param {string} name */
async function putEndlessly(name) {
  for (let index = 0; ; index += 1) {
    const key = `${name}/${index}.jpg`;
    const content = picture();
    await storage.put(key, content, about(content));
    process.stdout.write(`${key}\n`);
  }
}

/** @param {Buffer} content */
async function putOne(content) {
  const outcome = await storage.put('big.jpg', content, about(content)).then(
    () => 'stored',
    (error) => `${error.name} ${error.code}`,
  );
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  console.log(`${outcome}\n${(await keys(storage)).length} objects, ${files.length} files`);
}
