// What `using` ends is what `dispose` and `discard` end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { disposable } from '../../js/disposable.js';

test('an engine ends by its symbol', async () => {
  const engine = await createEngine();
  engine[Symbol.dispose]();
  assert.throws(() => engine.analyze({ data: new Uint8Array(4), width: 1, height: 1 }), { code: 'disposed' });
});

test('the method is no part of what is listed or copied', () => {
  let ended = 0;
  const object = disposable({ a: 1 }, () => ended++);
  assert.deepEqual(Object.keys(object), ['a']);
  const copy = { ...object };
  assert.equal(Symbol.dispose in copy, false);
  object[Symbol.dispose]();
  assert.equal(ended, 1);
});
