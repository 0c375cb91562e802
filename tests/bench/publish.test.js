import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insert, published } from './publish.js';

test('figures replace those between the markers, and nothing else', () => {
  const page = (figures) => `# Head\n<!-- figures:begin -->\n${figures}<!-- figures:end -->\n## Next\n`;
  assert.equal(insert(page('old\nfigures\n'), 'figures', '\nnew\n\n| a |\n'), page('new\n\n| a |\n'));
  assert.equal(insert(page(''), 'figures', 'new'), page('new\n'));
  assert.throws(() => insert(page(''), 'attack', 'new'), /docs\/redaction.md has no place/);
});

test('each place has its page, and something is there', async () => {
  for (const place of /** @type {const} */ (['figures', 'attack', 'matrix', 'bundlers'])) {
    assert.match((await published(place)) ?? '', /^(\|.*\|\n)+|\n\| /m, place);
  }
});
