import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { createExchange } from './exchange.js';

test('calls reach the page that asks, and its answers come back, errors too', async (t) => {
  const exchange = createExchange();
  const server = createServer(exchange.handle).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const ask = async (answer) => {
    const url = `http://127.0.0.1:${server.address().port}/`;
    return (await fetch(url, { method: 'POST', body: JSON.stringify(answer) })).json();
  };

  // Called before the page is there.
  const sum = exchange.call('add', 1, 'ü');
  assert.deepEqual(await ask(null), { name: 'add', args: [1, 'ü'] });
  const next = ask({ result: '1ü' });
  assert.equal(await sum, '1ü');

  const failing = exchange.call('fail');
  assert.deepEqual(await next, { name: 'fail', args: [] });
  const last = ask({ error: 'Error: it failed' });
  await assert.rejects(failing, /it failed/);

  // Another page, after the first one is gone.
  exchange.reset();
  last.catch(() => {});
  const again = exchange.call('again');
  assert.deepEqual(await ask(null), { name: 'again', args: [] });
  const end = ask({ result: 1 });
  end.catch(() => {});
  assert.equal(await again, 1);
});
