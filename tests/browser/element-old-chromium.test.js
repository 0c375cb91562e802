/** The button in the oldest Chromium that the package promises to work in. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startErrands } from './errands.js';
import { CSP_BEFORE_97, launchOldChromium } from './old-chromium.js';
import { startUploadServer } from './upload-server.js';

/** @type {Awaited<ReturnType<typeof startErrands>>} */
let errands;
/** @type {Awaited<ReturnType<typeof startUploadServer>>} */
let uploads;
/** @type {Awaited<ReturnType<typeof launchOldChromium>>} */
let browser;

before(async () => {
  uploads = await startUploadServer(() => '200');
  errands = await startErrands({ '/upload': uploads.handle });
  browser = await launchOldChromium(80);
});
after(async () => {
  await browser?.close();
  await Promise.all([errands?.close(), uploads?.close()]);
});

test('Chromium 80 takes a picture, and shows the button in colours that have contrast', async () => {
  const way = { csp: CSP_BEFORE_97 };
  const { state, message, label, fired, style, flash, apart } = await errands.run(
    browser,
    '/pages/button-errand.js',
    {},
    way,
  );
  assert.deepEqual([state, message, label], ['delivered', 'Delivered.', 'Take picture']);
  assert.deepEqual(fired, ['captured', 'delivered']);
  assert.deepEqual(style, {
    position: 'relative',
    paddingLeft: '18px',
    minHeight: '44px',
    color: 'rgb(255, 255, 255)',
    backgroundColor: 'rgb(11, 92, 173)',
  });
  assert.ok(flash, 'the flash covers the button');
  assert.ok(apart >= 8, `the label and the key are ${apart} px apart`);
});
