/** What can be read through `blur`: the other half of redaction-attack.test.js, in a file of its own, beside it. */
import { test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { assertUnread } from '../attack/unread.js';

test('blur: nobody reads a text better than by chance', async (t) => {
  const engine = await createEngine();
  try {
    await assertUnread(engine, 'blur', t);
  } finally {
    engine.dispose();
  }
});
