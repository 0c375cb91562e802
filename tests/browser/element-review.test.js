/**
 * The review as an agent works with it: a real still of the core, the strict policy, and mouse, fingers, keys or the
 * accessibility tree alone.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchFirefox } from './firefox.js';
import { launchChromium, STRICT_CSP, startServer } from './harness.js';
import { near, reviewsIn } from './review-driver.js';

const TRUSTED_TYPES = `${STRICT_CSP}; require-trusted-types-for 'script'`;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer();
});
after(() => server.close());

const BLACK = [0, 0, 0];

for (const [name, isFirefox, launch] of [
  ['Chromium', false, launchChromium],
  ['Firefox', true, launchFirefox],
]) {
  describe(name, () => {
    /** @type {any} */
    let browser;
    before(async () => {
      browser = await launch();
    });
    after(() => browser.close());

    const review = reviewsIn({
      isFirefox,
      origin: () => server.url,
      newPage: async () => (isFirefox ? (await browser.open('about:blank')).page : browser.context.newPage()),
    });

    test('by mouse: drawn, seen covered by the core, moved, sized, deleted, undone, confirmed', () =>
      review(
        async (driver) => {
          const before = await driver.evaluate(() => reviewLab.pixel(0.7, 0.6));
          assert.deepEqual(before.slice(0, 3), [255, 255, 255]);
          await driver.drag([0.6, 0.55], [0.9, 0.85]);
          await driver.shows(0.7, 0.6, BLACK);
          near((await driver.list())[0].rect, [768, 396, 384, 216]);
          assert.match(await driver.said(), /^Region 1 of 1, fill, covers the lower right$/);
          assert.equal(await driver.summary(), '1 region is covered.');

          await driver.drag([0.75, 0.7], [0.65, 0.6]);
          near((await driver.list())[0].rect, [640, 324, 384, 216]);
          await driver.shows(0.6, 0.5, BLACK);
          // The lower right corner's handle lies outside of the corner.
          const grip = await driver.evaluate(() => {
            const box = reviewLab.root().querySelector('[data-handle=se]').getBoundingClientRect();
            return { x: box.left + box.width / 2, y: box.top + box.height / 2, width: box.width, height: box.height };
          });
          assert.ok(grip.width >= 44 && grip.height >= 44);
          const corner = await driver.at(0.5, 0.5);
          const origin = await driver.at(0.4, 0.4);
          await driver.page.mouse.move(grip.x, grip.y);
          await driver.page.mouse.down();
          await driver.page.mouse.move(grip.x - 10, grip.y - 10);
          await driver.page.mouse.move(grip.x - (corner.x - origin.x), grip.y - (corner.y - origin.y));
          await driver.page.mouse.up();
          near((await driver.list())[0].rect, [640, 324, 256, 144]);
          await driver.shows(0.75, 0.6, [255, 255, 255]);

          await driver.press('Delete');
          assert.deepEqual(await driver.list(), []);
          assert.equal(await driver.summary(), 'Nothing is covered.');
          await driver.clickPart('undo');
          await driver.clickPart('undo');
          near((await driver.list())[0].rect, [640, 324, 384, 216]);
          await driver.clickPart('redo');
          near((await driver.list())[0].rect, [640, 324, 256, 144]);
          const leaks = await driver.evaluate(() => reviewLab.leaks.slice());
          assert.deepEqual(leaks, [], 'nothing of the pixels has left the canvas');
          await driver.clickPart('confirm');
          const { action, redact, dropped } = await driver.result();
          assert.deepEqual([action, redact.length, dropped], ['confirm', 1, []]);
          const { mode, ...rect } = redact[0];
          near(Object.values(rect), [640, 324, 256, 144]);
          assert.equal(mode, 'fill');
          const encoded = await driver.evaluate(async () => {
            const { redactions } = await reviewLab.still_.encode({ replaceRedact: reviewLab.result.redact });
            reviewLab.still_.discard();
            return redactions;
          });
          assert.equal(encoded.length, 1);
          assert.deepEqual(await driver.evaluate(() => reviewLab.events), ['caseframe-confirm']);
          assert.equal(await driver.evaluate(() => reviewLab.root().childElementCount), 0, 'nothing stays open');
        },
        { mode: 'fill', ...(isFirefox ? {} : { csp: TRUSTED_TYPES, worker: false }) },
      ));

    test('by two clicks, without dragging; a drag that Escape takes back', () =>
      review(async (driver) => {
        await driver.click(0.2, 0.2);
        assert.match(await driver.said(), /first corner/);
        await driver.click(0.2, 0.2);
        assert.deepEqual(await driver.list(), [], 'a double click is one corner');
        await driver.click(0.4, 0.5);
        near((await driver.list())[0].rect, [256, 144, 256, 216]);
        await driver.drag([0.6, 0.6], [0.8, 0.8], { release: false });
        await driver.count(2);
        await driver.press('Escape');
        assert.equal((await driver.list()).length, 1);
        await driver.page.mouse.up();
        assert.equal((await driver.list()).length, 1);
        // So does undo, and the rest of the drag is nothing.
        const there = await driver.list();
        await driver.drag([0.3, 0.3], [0.5, 0.5], { release: false });
        await driver.press('Control+z');
        assert.deepEqual(await driver.list(), there);
        const { x, y } = await driver.at(0.6, 0.6);
        await driver.page.mouse.move(x, y);
        await driver.page.mouse.up();
        assert.deepEqual(await driver.list(), there);
        // Beside the chosen region, where a handle of it is hit by a drag alone.
        await driver.click(0.3, 0.4);
        await driver.click(0.19, 0.19);
        assert.match(await driver.said(), /first corner/);
        await driver.press('Control+z', 'Control+z');
        assert.deepEqual(await driver.list(), []);
        await driver.press('Control+Shift+z');
        assert.deepEqual(await driver.list(), there);
        // Escape once more asks, since something was drawn; once more goes on.
        await driver.press('Escape');
        assert.equal(await driver.evaluate(() => reviewLab.root().activeElement.textContent), 'Keep editing');
        await driver.press('Escape');
        assert.equal(await driver.evaluate(() => reviewLab.result), undefined);
        await driver.press('Escape', 'Shift+Tab', 'Enter');
        assert.deepEqual(await driver.result(), { action: 'discard' });
      }));

    test('by touch: one finger draws, a second one never does, a cancelled one restores', () =>
      review(async (driver) => {
        const { x, y } = await driver.at(0.2, 0.2);
        const touch = await touchOf(driver.page, isFirefox);
        await touch.start([{ x, y }]);
        await touch.move([{ x: x + 60, y: y + 50 }]);
        await touch.move([{ x: x + 120, y: y + 100 }]);
        await touch.end();
        await driver.count(1);
        const [{ rect }] = await driver.list();
        const scale = await driver.evaluate(() => reviewLab.canvas().getBoundingClientRect().width / 1280);
        near(rect.slice(2), [120 / scale, 100 / scale], 3);
        if (!isFirefox) {
          // The second finger takes back what the first one had begun, and both zoom.
          const from = await driver.at(0.5, 0.5);
          await touch.start([from]);
          await touch.move([{ x: from.x + 80, y: from.y + 80 }]);
          await driver.count(2);
          const both = [
            { x: from.x + 80, y: from.y + 80 },
            { x: from.x - 50, y: from.y },
          ];
          await touch.start(both);
          await driver.count(1);
          await touch.move([{ x: from.x + 180, y: from.y + 160 }, both[1]]);
          await driver.until((scale) => reviewLab.canvas().getBoundingClientRect().width / 1280 > scale * 1.2, scale);
          await touch.end();
          assert.equal((await driver.list()).length, 1);
          await driver.press('-', '-', '-', '-', '-');

          await touch.start([from]);
          await touch.move([{ x: from.x + 80, y: from.y + 80 }]);
          await driver.count(2);
          await touch.cancel();
          await driver.count(1);
          assert.deepEqual((await driver.list())[0].rect, rect);
        }
        assert.equal(
          await driver.evaluate(() => getComputedStyle(reviewLab.root().querySelector('.surface')).touchAction),
          'none',
        );
        assert.equal(
          await driver.evaluate(() => getComputedStyle(reviewLab.root().querySelector('dialog')).touchAction),
          'auto',
        );
      }));

    test('by keys alone: aimed, kept, gone through by Tab, moved, sized, method, deleted, confirmed', () =>
      review(async (driver) => {
        await driver.press('ArrowRight', 'ArrowDown');
        assert.match(await driver.said(), /^Cursor at the middle/);
        await driver.hold('Enter');
        assert.match(await driver.said(), /^Region 1 of 1, pixelate, covers the middle/);
        await driver.press('Escape');
        assert.deepEqual(await driver.list(), []);
        assert.equal(await driver.evaluate(() => reviewLab.result), undefined, 'Escape drops the aim alone');
        await driver.press('n', 'Shift+ArrowLeft', 'Enter');
        const [{ rect }] = await driver.list();
        for (let i = 0; i < 12; i++) await driver.press('Shift+ArrowUp');
        await driver.press('Enter', 'Enter');
        assert.equal((await driver.list()).length, 2);

        await driver.press('Tab', 'Tab');
        await driver.until(() => reviewLab.root().activeElement.matches('.box'));
        await driver.press('Shift+Tab');
        assert.match(
          await driver.evaluate(() => reviewLab.root().activeElement.getAttribute('aria-label')),
          /^Region 1 of 2/,
        );
        await driver.press('ArrowLeft', 'Shift+ArrowDown', 'm', 'm');
        const [moved] = await driver.list();
        assert.ok(moved.rect[0] < rect[0] && moved.rect[3] > rect[3] && moved.mode === 'fill', JSON.stringify(moved));
        assert.match(await driver.said(), /^Region 1 of 2, fill, covers the middle/);
        await driver.shows(0.5, 0.5, BLACK);
        await driver.hold('Delete');
        assert.equal((await driver.list()).length, 1);
        assert.ok(
          await driver.evaluate(() => reviewLab.root().activeElement.matches('.box')),
          'the next one has the focus',
        );
        await driver.press('Control+z');
        assert.equal((await driver.list()).length, 2);
        await driver.press('Control+Shift+z');
        assert.equal((await driver.list()).length, 1);
        for (let i = 0; i < 30; i++) {
          if (await driver.evaluate(() => reviewLab.root().activeElement.matches('[part=confirm]'))) break;
          await driver.press('Tab');
        }
        await driver.press('Enter');
        const { action, redact } = await driver.result();
        assert.deepEqual([action, redact.length], ['confirm', 1]);
      }));

    test('an Escape that is held down is one press: it drops the aim, or asks, and no picture goes', () =>
      review(async (driver) => {
        await driver.press('n');
        await driver.hold('Escape');
        assert.deepEqual([await driver.said(), await driver.list()], ['Dropped.', []]);
        assert.equal(await driver.evaluate(() => reviewLab.result), undefined);
        await driver.press('n', 'Enter');
        const isAsked = () => driver.evaluate(() => !reviewLab.root().querySelector('[part=question]').hidden);
        await driver.hold('Escape');
        assert.equal(await isAsked(), true);
        await driver.hold('Escape');
        assert.equal(await isAsked(), false);
        // While a number is typed, too.
        await driver.evaluate(() => reviewLab.root().querySelector('li input').focus());
        await driver.hold('Escape');
        assert.equal(await isAsked(), true);
        assert.equal(await driver.evaluate(() => reviewLab.result), undefined);
      }));

    test('the list: number fields, method, delete; suggestions are covered or left open, and told', () =>
      review(
        async (driver) => {
          assert.equal(await driver.summary(), '1 region is covered. 2 suggestions are left open.');
          assert.deepEqual(
            (await driver.list()).map(({ label }) => label),
            [
              'Region 1 of 3, pixelate, covers the upper left',
              'Region 2 of 3, suggested, not covered, the lower right',
              'Region 3 of 3, suggested, not covered, the upper right',
            ],
          );
          const typed = async (index, value) => {
            await driver.evaluate((index) => {
              const input = reviewLab.root().querySelectorAll('li input')[index];
              input.focus();
              input.select();
            }, index);
            for (const digit of value) await driver.press(digit);
            await driver.press('Enter');
          };
          await typed(0, '200');
          await typed(2, '99999');
          assert.deepEqual((await driver.list())[0].rect, [0, 72, 1280, 72], 'as large as it can be');
          await driver.clickPart('accept');
          assert.equal(await driver.summary(), '2 regions are covered. 1 suggestion is left open.');
          await driver.press_('confirm');
          const { redact, dropped } = await driver.result();
          assert.deepEqual(
            redact.map(({ x, y, width, height, mode }) => [x, y, width, height, mode]),
            [
              [0, 72, 1280, 72, 'pixelate'],
              [768, 504, 256, 144, 'fill'],
            ],
          );
          assert.deepEqual(dropped, [{ x: 1216, y: 0, width: 64, height: 36, mode: 'pixelate', decided: false }]);
        },
        {
          regions: [{ x: 0.1, y: 0.1, width: 0.1, height: 0.1, unit: 'ratio' }],
          suggestions: [
            { x: 384, y: 252, width: 128, height: 72, mode: 'fill', of: { width: 640, height: 360 } },
            { x: 0.95, y: 0, width: 0.5, height: 0.05, unit: 'ratio' },
          ],
        },
      ));

    test('zoomed in, the core shows the source’s own pixels; panned by the wheel and by keys', () =>
      review(
        async (driver) => {
          const fit = await driver.evaluate(() => reviewLab.canvas().width);
          assert.ok(fit < 1920);
          for (let i = 0; i < 4; i++) await driver.press('+');
          await driver.until(() => reviewLab.canvas().width === 1920);
          const { left } = await driver.evaluate(() => reviewLab.canvas().getBoundingClientRect().toJSON());
          const at = await driver.at(0.5, 0.5);
          await driver.page.mouse.move(at.x, at.y);
          await driver.page.mouse.wheel(...(isFirefox ? [{ deltaX: 100 }] : [100, 0]));
          await driver.until((left) => reviewLab.canvas().getBoundingClientRect().left < left - 50, left);
          await driver.click(0.55, 0.55);
          await driver.click(0.6, 0.6);
          near((await driver.list())[0].rect, [1056, 594, 96, 54], 3);

          // At the view's edge nothing is sized of a region that lies out of sight.
          for (let i = 0; i < 8; i++) await driver.press('-');
          await driver.drag([0.1, 0.1], [0.3, 0.3]);
          const far = (await driver.list())[1].rect;
          const corner = await driver.at(0.95, 0.95);
          await driver.page.mouse.move(corner.x, corner.y);
          await driver.page.keyboard.down('Control');
          await driver.page.mouse.wheel(...(isFirefox ? [{ deltaY: -300 }] : [0, -300]));
          await driver.page.keyboard.up('Control');
          await driver.until(
            () => reviewLab.at(0.3, 0.3).x < reviewLab.root().querySelector('.surface').getBoundingClientRect().left,
          );
          const edge = await driver.evaluate(() => {
            const { left, top } = reviewLab.root().querySelector('.surface').getBoundingClientRect();
            return { x: left + 10, y: top + 10 };
          });
          await driver.page.mouse.move(edge.x, edge.y);
          await driver.page.mouse.down();
          await driver.page.mouse.move(edge.x + 60, edge.y + 60);
          await driver.page.mouse.up();
          assert.deepEqual((await driver.list())[1].rect, far);
          assert.equal((await driver.list()).length, 3, 'a region is drawn there');

          // What is small is moved by its middle in the picture's corner, too.
          for (let i = 0; i < 8; i++) await driver.press('-');
          await driver.drag([0, 0], [0.025, 0.045]);
          await driver.drag([0.0125, 0.0225], [0.5125, 0.5225]);
          near((await driver.list())[3].rect, [960, 540, 48, 48], 3);
        },
        { width: 1920, height: 1080 },
      ));

    test('leaving: Escape without anything drawn discards, the focus returns, keys outside are nobody’s', () =>
      review(
        async (driver) => {
          await driver.press('Escape');
          assert.deepEqual(await driver.result(), { action: 'discard' });
          assert.equal(await driver.evaluate(() => document.activeElement.id), 'opener');
          await driver.press('n', 'Enter', 'Delete');
          assert.equal(await driver.evaluate(() => reviewLab.root().childElementCount), 0);
          assert.equal(await driver.evaluate(() => reviewLab.element.getAttribute('state')), 'closed');
          const isBack = await driver.evaluate(async () => {
            const page = document.body.appendChild(document.createElement('iframe')).contentDocument;
            const opener = page.body.appendChild(page.createElement('button'));
            page.body.append(reviewLab.element);
            opener.focus();
            const shown = reviewLab.element.show();
            await reviewLab.shown();
            reviewLab.root().querySelector('[part=discard]').click();
            await shown;
            return page.activeElement === opener;
          });
          assert.ok(isBack, 'in a frame, too');
        },
        {
          prepare() {
            const opener = Object.assign(document.createElement('button'), { id: 'opener', textContent: 'Capture' });
            document.body.append(opener);
            opener.focus();
          },
        },
      ));
  });
}

/** Fingers. */
async function touchOf(page, isFirefox) {
  if (isFirefox) {
    let touch;
    return {
      start: async ([{ x, y }]) => {
        touch = await page.touchscreen.touchStart(x, y);
      },
      move: ([{ x, y }]) => touch.move(x, y),
      end: () => touch.end(),
    };
  }
  const session = await page.context().newCDPSession(page);
  const send = (type) => (points) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map((point, id) => ({ ...point, id })) });
  return {
    start: send('touchStart'),
    move: send('touchMove'),
    end: () => send('touchEnd')([]),
    cancel: () => send('touchCancel')([]),
  };
}
