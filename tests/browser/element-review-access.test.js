/**
 * The review for everybody: the accessibility tree as the only source of truth, axe-core, dark and light, German, right to
 * left, 320 px and 400 % zoom; and what it leaves behind: nothing.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launchChromium, STRICT_CSP, startServer } from './harness.js';
import { near, reviewsIn } from './review-driver.js';

const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
/** @type {Awaited<ReturnType<typeof launchChromium>>} */ let chromium;
before(async () => {
  [server, chromium] = await Promise.all([startServer(), launchChromium()]);
});
after(() => Promise.all([server?.close(), chromium?.close()]));

const REGIONS = [{ x: 100, y: 80, width: 200, height: 150 }];
const SUGGESTIONS = [{ x: 700, y: 480, width: 420, height: 90, mode: 'fill' }];
/** As a page of text has it: 12 columns, 10 rows. */
const TEXT = Array.from({ length: 120 }, (_, i) => {
  return { x: 20 + (i % 12) * 100, y: 40 + Math.floor(i / 12) * 60, width: 90, height: 40, mode: 'fill' };
});

const review = reviewsIn({ origin: () => server.url, newPage: () => chromium.context.newPage() });

test('with the accessibility tree alone: a redaction is created, sized and confirmed', () =>
  review(async ({ page, press, result }) => {
    const session = await page.context().newCDPSession(page);
    const tree = async () => {
      const { nodes } = await session.send('Accessibility.getFullAXTree');
      return nodes
        .filter(({ ignored }) => !ignored)
        .map(({ role, name, value, description, properties, backendDOMNodeId }) => ({
          role: role?.value,
          name: name?.value ?? '',
          value: value?.value,
          description: description?.value ?? '',
          focused: properties?.some((property) => property.name === 'focused' && property.value.value),
          id: backendDOMNodeId,
        }));
    };
    const find = async (role, name) => {
      for (let i = 0; i < 100; i++) {
        const found = (await tree()).find((node) => node.role === role && name.test(node.name));
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`no ${role} ${name}: ${JSON.stringify(await tree())}`);
    };
    const focus = async (role, name) => session.send('DOM.focus', { backendNodeId: (await find(role, name)).id });
    const heard = async (words) => {
      for (let i = 0; ; i++) {
        const all = await tree();
        const status = all.findIndex(({ role }) => role === 'status');
        const text = all
          .slice(status)
          .map(({ name }) => name)
          .join(' ');
        if (words.test(text)) return;
        if (i > 100) assert.match(text, words);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };

    await session.send('Accessibility.enable');
    await find('dialog', /^Check the picture before it is sent$/);
    assert.equal((await tree()).find(({ focused, role }) => focused && role === 'application')?.name, 'Picture');
    assert.match((await find('application', /^Picture$/)).description, /Enter puts a region there/);
    assert.match((await find('radio', /^Fill$/)).description, /Nothing that was under it is in the file/);
    assert.equal((await find('button', /^Undo$/)).description, '', 'its name once');
    await focus('radio', /^Fill$/);
    await press('Space');
    await focus('application', /^Picture$/);
    await press('Enter');
    await heard(/Region 1 of 1, fill, covers the middle/);
    await press('ArrowRight', 'Enter');
    await heard(/Kept\. Region 1 of 1, fill, covers the middle/);
    await find('group', /^Region 1 of 1, fill, covers the middle$/);
    for (const [name, value] of [
      [/^Left$/, '768'],
      [/^Top$/, '504'],
      [/^Width$/, '384'],
      [/^Height$/, '144'],
    ]) {
      await focus('spinbutton', name);
      await press('Control+a', ...value, 'Enter');
      assert.equal(String((await find('spinbutton', name)).value), value);
    }
    await heard(/Region 1 of 1, fill, covers the lower right/);
    const confirm = await find('button', /^Use this picture$/);
    assert.equal(confirm.description, '1 region is covered.');
    await focus('button', /^Use this picture$/);
    await press('Enter');
    const { redact } = await result();
    assert.deepEqual(redact, [{ x: 768, y: 504, width: 384, height: 144, mode: 'fill' }]);
    await session.detach();
  }));

for (const scheme of ['light', 'dark']) {
  test(`axe-core finds nothing, ${scheme}: at first, with regions, when asked`, () =>
    review(
      async ({ page, press }) => {
        await page.evaluate(axe);
        const check = async (state) => {
          const violations = await page.evaluate(async () => {
            const { violations } = await globalThis.axe.run(document, {
              // The laboratory's page has neither.
              rules: {
                'page-has-heading-one': { enabled: false },
                'landmark-one-main': { enabled: false },
                region: { enabled: false },
              },
            });
            return violations.map(
              ({ id, nodes }) =>
                `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
            );
          });
          assert.deepEqual(violations, [], state);
        };
        await check('open');
        await press('Enter', 'Enter');
        await check('with a region more');
        await press('Escape');
        await check('asked');
        await page.evaluate(() => {
          reviewLab.root().querySelector('[part=keep]').textContent = '';
        });
        await assert.rejects(check('a button without a name'), /button-name/, 'it looks inside');
        await page.emulateMedia({ forcedColors: 'active' });
        const frames = await page.evaluate(() =>
          Array.from(reviewLab.root().querySelectorAll('.box'), (box) => {
            const { borderTopColor, outlineColor } = getComputedStyle(box);
            return borderTopColor !== outlineColor;
          }),
        );
        assert.deepEqual(frames, [true, true, true], 'a frame is seen on whatever picture, in forced colours, too');
        await page.emulateMedia({ forcedColors: null });
      },
      { regions: REGIONS, suggestions: SUGGESTIONS, scheme },
    ));
}

/** What sticks out of the window or is cut off. */
function flaws() {
  const found = [];
  const root = reviewLab.root();
  const dialog = root.querySelector('.review');
  if (dialog.scrollWidth > dialog.clientWidth + 1) found.push(`scrolls sideways: ${dialog.scrollWidth} px`);
  for (const element of root.querySelectorAll('button, p, label, input, select, h2, h3, small, strong, legend')) {
    if (!element.checkVisibility() || element.closest('.quiet')) continue;
    const box = element.getBoundingClientRect();
    const name = `${element.tagName} “${element.textContent.slice(0, 30)}”`;
    if (box.left < -1 || box.right > innerWidth + 1) found.push(`${name} sticks out`);
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && element.tagName !== 'INPUT') {
      found.push(`${name} is cut off`);
    }
    // A number of four digits, beside what sets it higher and lower.
    if (element.type === 'number' && parseFloat(getComputedStyle(element).width) < 84) found.push(`${name} is narrow`);
    if (element.matches('button') && box.height < 24) found.push(`${name} is too small`);
  }
  return found;
}

for (const [name, options] of Object.entries({
  'a wide window': {},
  '320 px': { size: { width: 320, height: 640 } },
  '400 % of 1280 × 720': { size: { width: 320, height: 180 } },
  'German, 320 px': { size: { width: 320, height: 640 }, lang: 'de' },
  'right to left': { dir: 'rtl', lang: 'ar' },
  'right to left, 320 px': { dir: 'rtl', size: { width: 320, height: 640 } },
})) {
  test(`${name}: nothing sticks out, all can be reached and done`, () =>
    review(
      async (driver) => {
        assert.deepEqual(await driver.evaluate(flaws), []);
        await driver.evaluate(() => reviewLab.root().querySelector('.surface').scrollIntoView({ block: 'center' }));
        await driver.drag([0.5, 0.3], [0.8, 0.6]);
        const [, , { rect }] = await driver.list();
        for (const [i, value] of [640, 216, 384, 216].entries()) assert.ok(Math.abs(rect[i] - value) < 12, `${rect}`);
        if (options.lang === 'de') {
          assert.equal(await driver.summary(), '2 Bereiche sind verdeckt. 1 Vorschlag bleibt offen.');
          assert.match(await driver.said(), /^Bereich 3 von 3, verpixeln, liegt/);
        }
        await driver.evaluate(() => reviewLab.root().querySelector('[part=confirm]').scrollIntoView());
        await driver.clickPart('confirm');
        assert.equal((await driver.result()).action, 'confirm');
      },
      { regions: REGIONS, suggestions: SUGGESTIONS, ...options },
    ));
}

for (const [name, options] of Object.entries({
  'a wide window': { lang: 'en' },
  'German, 320 px': { size: { width: 320, height: 640 }, lang: 'de' },
})) {
  test(`${name}: a page full of text, covered; left open all at once and place by place`, () =>
    review(
      async (driver) => {
        await driver.until(() => reviewLab.pixel(0.1, 0.12).slice(0, 3).join() === '0,0,0');
        assert.deepEqual(await driver.evaluate(flaws), []);
        assert.match(await driver.summary(), /^121 /);
        await driver.clickPart('open-all');
        await driver.until(() => reviewLab.pixel(0.1, 0.12).slice(0, 3).join() !== '0,0,0');
        assert.match(await driver.summary(), /^1 .* 120 /);
        await driver.clickPart('cover-all');
        await driver.until(() => reviewLab.pixel(0.1, 0.12).slice(0, 3).join() === '0,0,0');
        await driver.evaluate(() => reviewLab.root().querySelector('.found summary').click());
        await driver.until(() => reviewLab.root().querySelectorAll('[part=drafts] li').length === 120);
        assert.deepEqual(await driver.evaluate(flaws), []);
        await driver.evaluate(() => reviewLab.root().querySelector('[part=drafts] [part=delete]').click());
        await driver.until(() => reviewLab.root().querySelectorAll('[part=drafts] li').length === 119);
        // Words that are written the other way than the page keep their full stop behind them.
        const [first, last] = await driver.evaluate(() => {
          document.documentElement.dir = 'rtl';
          const { firstChild } = reviewLab.root().querySelector('.found > p');
          const { length } = firstChild.textContent;
          return [0, length - 1].map((at) => {
            const range = document.createRange();
            range.setStart(firstChild, at);
            range.setEnd(firstChild, at + 1);
            return range.getBoundingClientRect().left;
          });
        });
        assert.ok(last > first, `${last} > ${first}`);
        await driver.evaluate(() => reviewLab.root().querySelector('[part=confirm]').scrollIntoView());
        await driver.clickPart('confirm');
        const { redact, dropped } = await driver.result();
        assert.deepEqual([redact.length, dropped.length], [120, 1]);
      },
      { regions: [REGIONS[0]], drafts: TEXT, ...options },
    ));
}

test('the language is followed while it is open; every string can be replaced', () =>
  review(async (driver) => {
    await driver.evaluate(() => {
      document.documentElement.lang = 'de';
    });
    await driver.until(
      () => reviewLab.root().querySelector('h2').textContent === 'Bild prüfen, bevor es übertragen wird',
    );
    await driver.evaluate(() => {
      reviewLab.element.strings = { confirm: 'Senden' };
    });
    assert.equal(await driver.evaluate(() => reviewLab.root().querySelector('[part=confirm]').textContent), 'Senden');
    assert.equal(
      await driver.evaluate(() => reviewLab.root().querySelector('[part=retake]').textContent),
      'Neu aufnehmen',
    );
  }));

test('a move in the document ends nothing; a removal ends it, and no pixel stays', () =>
  review(
    async (driver) => {
      await driver.evaluate(() => {
        const box = document.body.appendChild(document.createElement('section'));
        box.append(reviewLab.element);
        reviewLab.old = reviewLab.canvas();
      });
      await driver.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
      assert.equal(await driver.evaluate(() => reviewLab.result), undefined);
      const isModal = () => reviewLab.root().querySelector('dialog').matches(':modal');
      assert.ok(await driver.evaluate(isModal));
      // Hidden with what it is in, it holds up nobody; seen again, it goes on.
      const hide = (hidden) =>
        driver.evaluate((hidden) => {
          reviewLab.element.parentNode.hidden = hidden;
        }, hidden);
      await hide(true);
      await driver.until(() => !reviewLab.root().querySelector('dialog').matches(':modal'));
      await driver.evaluate(() => reviewLab.element.parentNode.append(reviewLab.element));
      assert.equal(await driver.evaluate(isModal), false, 'nor after a move');
      await hide(false);
      await driver.until(isModal);
      await driver.evaluate(() => {
        reviewLab.element.parentNode.style.visibility = 'hidden';
      });
      assert.equal(
        await driver.evaluate(() => getComputedStyle(reviewLab.root().querySelector('canvas')).visibility),
        'visible',
      );
      assert.equal(await driver.evaluate(() => reviewLab.result), undefined);
      await driver.press('Enter', 'Enter');
      assert.equal((await driver.list()).length, 2);
      await driver.evaluate(() => reviewLab.element.remove());
      assert.deepEqual(await driver.result(), { action: 'discard' });
      assert.deepEqual(await driver.evaluate(() => [reviewLab.old.width, reviewLab.old.height]), [0, 0]);
      assert.equal(await driver.evaluate(() => reviewLab.root().childElementCount), 0);
    },
    { regions: REGIONS },
  ));

test('what cannot be shown is told, and nothing stays open', () =>
  review(
    async (driver) => {
      const outcomes = await driver.evaluate(async () => {
        const element = document.createElement('caseframe-review');
        const codes = [];
        const attempt = async (action) => {
          try {
            await action();
            codes.push('nothing');
          } catch (error) {
            codes.push(error.code);
          }
        };
        await attempt(() => element.show());
        element.still = await reviewLab.still(320, 180);
        await attempt(() => element.show());
        document.body.append(element);
        element.regions = [{ x: 400, y: 0, width: 10, height: 10 }];
        await attempt(() => element.show());
        element.regions = [];
        await attempt(() => {
          element.mode = 'paint';
        });
        await attempt(() => {
          element.suggestions = 'all';
        });
        element.still.discard();
        await attempt(() => element.show());
        return [codes, element.shadowRoot.childElementCount, element.getAttribute('state')];
      });
      const bad = 'invalid-argument';
      assert.deepEqual(outcomes, [[bad, bad, bad, bad, bad, 'disposed'], 0, 'closed']);
    },
    { open: false },
  ));

test('a script that does not load is told, and asked for again', () =>
  review(
    async (driver) => {
      await driver.page.route('**/review-window.js', (route) => route.abort());
      const fail = await driver.evaluate(async () => {
        const element = document.body.appendChild(document.createElement('caseframe-review'));
        element.still = await reviewLab.still(320, 180);
        reviewLab.element = element;
        return element.show().catch(({ code, advice }) => [code, typeof advice, element.getAttribute('state')]);
      });
      assert.deepEqual(fail, ['engine-load', 'string', 'closed']);
      await driver.page.unroute('**/review-window.js');
      await driver.evaluate(() => reviewLab.open({ still: reviewLab.element.still }));
      await driver.press('Escape');
      assert.deepEqual(await driver.result(), { action: 'discard' });
      assert.match(driver.problems.splice(0).join(), /^console: Failed to load resource/);
    },
    { open: false, alone: true },
  ));

test('a script that never comes is told, too, and its picture is not kept waiting', () =>
  review(
    async (driver) => {
      /** @type {(route: import('playwright-core').Route) => void} */
      let hear = () => {};
      /** @type {Promise<import('playwright-core').Route>} */
      const asked = new Promise((resolve) => {
        hear = resolve;
      });
      await driver.page.route('**/review-window.js', hear, { times: 1 });
      const fail = await driver.evaluate(async () => {
        const element = document.body.appendChild(document.createElement('caseframe-review'));
        element.still = await reviewLab.still(320, 180);
        reviewLab.element = element;
        const { setTimeout } = globalThis;
        // A long wait passes at once.
        globalThis.setTimeout = (work, ms, ...rest) => setTimeout(work, ms > 5000 ? 0 : ms, ...rest);
        const told = await Promise.race([
          element.show().catch(({ code }) => [code, element.getAttribute('state')]),
          new Promise((resolve) => setTimeout(resolve, 60_000, 'nothing')),
        ]);
        globalThis.setTimeout = setTimeout;
        return told;
      });
      assert.deepEqual(fail, ['engine-load', 'closed']);
      // The wait may pass before the driver has heard of the request.
      await (await asked).continue();
      await driver.evaluate(() => reviewLab.open({ still: reviewLab.element.still }));
      await driver.press('Escape');
      assert.deepEqual(await driver.result(), { action: 'discard' });
    },
    { open: false, alone: true },
  ));

test('a picture that nobody has seen yet is not used', () =>
  review(
    async (driver) => {
      const before = await driver.evaluate(async () => {
        const still = await reviewLab.still(320, 180);
        const element = document.body.appendChild(document.createElement('caseframe-review'));
        const waiting = new Promise((resolve) => {
          reviewLab.arrive = resolve;
        });
        const preview = (request) => waiting.then(() => still.preview(request));
        element.still = { ...still, preview };
        Object.assign(reviewLab, { element, still_: still, result: undefined });
        element.show().then((result) => {
          reviewLab.result = result;
        });
        while (!reviewLab.root()?.querySelector('[part=confirm]')) await new Promise((done) => setTimeout(done));
        reviewLab.root().querySelector('[part=confirm]').click();
        await new Promise((done) => setTimeout(done));
        return reviewLab.result;
      });
      assert.equal(before, undefined);
      await driver.evaluate(() => reviewLab.arrive());
      await driver.evaluate(() => reviewLab.shown());
      await driver.press_('confirm');
      assert.equal((await driver.result()).action, 'confirm');
    },
    { open: false },
  ));

test('what the page does around it changes nothing: it takes clicks, and gives no picture to the browser’s menu', () =>
  review(async (driver) => {
    await driver.evaluate(() => {
      document.body.style.pointerEvents = 'none';
      reviewLab.keys = [];
      for (const type of ['keydown', 'keypress'])
        document.addEventListener(type, ({ key }) => reviewLab.keys.push(key));
    });
    const { x, y } = await driver.at(0.4, 0.4);
    const under = await driver.evaluate(([x, y]) => reviewLab.root().elementFromPoint(x, y).className, [x, y]);
    assert.equal(under, 'surface');
    await driver.drag([0.2, 0.2], [0.5, 0.5]);
    assert.equal((await driver.list()).length, 1);
    await driver.press('h', 'Tab', 'h');
    await driver.evaluate(() => {
      document.body.style.pointerEvents = '';
    });
    assert.deepEqual(await driver.evaluate(() => reviewLab.keys), [], 'the page’s own shortcuts');
  }));

test('where no more can be covered, a suggestion that is to be says so', () =>
  review(
    async (driver) => {
      await driver.evaluate(() => reviewLab.root().querySelector('[part=accept]:not([hidden])').click());
      assert.equal(await driver.said(), 'No more regions are possible.');
      await driver.evaluate(() => {
        reviewLab.root().querySelector('[role=status]').textContent = '';
        reviewLab.root().querySelector('[data-open]').focus();
      });
      await driver.press('Enter');
      assert.equal(await driver.said(), 'No more regions are possible.');
      assert.match(await driver.summary(), /^1,000 .* 1 suggestion is left open/);
    },
    {
      regions: Array.from({ length: 1000 }, (_, i) => ({
        x: (i % 40) * 30,
        y: Math.floor(i / 40) * 28,
        width: 20,
        height: 20,
      })),
      suggestions: [{ x: 1000, y: 600, width: 100, height: 100 }],
    },
  ));

test('suggestions that come while it is open; one is dropped, which is told; what is being typed stays', () =>
  review(async (driver) => {
    await driver.press('Enter', 'Enter');
    await driver.evaluate(() => reviewLab.root().querySelector('li input').focus());
    await driver.press('Control+a', '3', '4');
    await driver.evaluate(() => {
      reviewLab.element.suggestions = [{ x: 10, y: 10, width: 50, height: 40, mode: 'blur' }];
    });
    await driver.press('5', 'Escape');
    assert.equal((await driver.list())[0].rect[0], 345, 'a number counts that was not left yet');
    assert.equal(await driver.evaluate(() => reviewLab.root().activeElement.textContent), 'Keep editing');
    await driver.press('Escape');
    await driver.evaluate(() => reviewLab.root().querySelector('li input').focus());
    await driver.press('Control+a', '2', 'Backspace', ...'345', 'Control+a', ...'300');
    assert.equal(await driver.summary(), '1 region is covered. 1 suggestion is left open.');
    await driver.evaluate(() => reviewLab.root().querySelectorAll('li')[1].querySelector('[part=delete]').click());
    // By assistive technology's click, which leaves the focus where it is.
    await driver.press_('confirm');
    const { redact, dropped } = await driver.result();
    assert.deepEqual(dropped, [{ x: 10, y: 10, width: 50, height: 40, mode: 'blur', decided: true }]);
    assert.equal(redact[0].x, 300);
  }));

test('text and regions that come while it is open are covered, too', () =>
  review(async (driver) => {
    await driver.evaluate(() => {
      reviewLab.element.drafts = [{ x: 10, y: 10, width: 50, height: 40, mode: 'fill' }];
    });
    assert.equal(await driver.summary(), '1 region is covered.');
    await driver.evaluate(() => {
      reviewLab.element.regions = [{ x: 640, y: 360, width: 50, height: 40, mode: 'fill' }];
    });
    await driver.shows(0.51, 0.51, [0, 0, 0]);
    assert.equal(await driver.summary(), '2 regions are covered.');
    await driver.clickPart('confirm');
    assert.equal((await driver.result()).redact.length, 2);
  }));

test('what comes while it is open and the core would refuse throws at once, and what was drawn stays', () =>
  review(async (driver) => {
    await driver.press('n', 'Enter');
    const refused = await driver.evaluate(() => {
      const { element } = reviewLab;
      const text = Array.from({ length: 1000 }, (_, i) => ({
        x: (i % 40) * 30,
        y: (i / 40) * 25,
        width: 20,
        height: 15,
      }));
      const given = [
        ['suggestions', [{ x: 10, y: 10, width: 50, height: 40, mode: 'fill', color: 'salmon' }]],
        ['suggestions', [{ x: 0.1, y: 0.1, width: 0.5, height: 0.4 }]],
        ['suggestions', 'all'],
        ['drafts', text],
      ];
      const codes = given.map(([name, regions]) => {
        try {
          element[name] = regions;
          return name;
        } catch ({ code }) {
          return code;
        }
      });
      element.drafts = text.slice(1);
      return [codes, element.suggestions];
    });
    assert.deepEqual(refused, [Array(4).fill('invalid-argument'), []]);
    assert.equal(await driver.summary(), '1,000 regions are covered.');
    await driver.press('n');
    assert.equal(await driver.said(), 'No more regions are possible.');
    await driver.drag([0.9, 0.9], [0.95, 0.95]);
    assert.match(await driver.said(), /^No more regions are possible\.\s?$/);
    // The core has shown what is covered now.
    await driver.clickPart('confirm');
    assert.equal((await driver.result()).redact.length, 1000);
  }));

test('without <dialog>: the focus is kept inside all the same, Escape leaves', () =>
  review(
    async (driver) => {
      assert.equal(
        await driver.evaluate(() => reviewLab.root().querySelector('.review').getAttribute('aria-modal')),
        'true',
      );
      await driver.press('Enter', 'Enter');
      const seen = new Set();
      for (let i = 0; i < 40; i++) {
        await driver.press(i < 20 ? 'Tab' : 'Shift+Tab');
        const inside = await driver.evaluate(() => {
          const { activeElement } = reviewLab.root();
          return activeElement && (activeElement.getAttribute('part') || activeElement.tagName);
        });
        assert.ok(inside, 'the focus is out');
        seen.add(inside);
      }
      assert.ok(seen.has('confirm') && seen.has('surface') && seen.has('region'), [...seen].join());
      const isShut = () => driver.evaluate(() => document.getElementById('beside').inert);
      assert.equal(await isShut(), true);
      await driver.press('Escape', 'Escape', 'Escape');
      assert.equal(await driver.evaluate(() => reviewLab.root().querySelector('[part=question]').hidden), false);
      await driver.evaluate(() => reviewLab.root().querySelector('[part=question] [part=discard]').click());
      assert.deepEqual(await driver.result(), { action: 'discard' });
      assert.equal(await isShut(), false);
    },
    {
      before: () => {
        delete window.HTMLDialogElement;
        addEventListener('DOMContentLoaded', () => {
          document.body.append(Object.assign(document.createElement('button'), { id: 'beside' }));
        });
      },
    },
  ));

test('without constructable stylesheets it looks the same, by the stylesheet that the page links', async () => {
  /** @param {(() => void)} [before] */
  async function lookOf(before) {
    /** @type {any[]} */
    let look = [];
    await review(
      async (driver) => {
        await driver.until(() => {
          const link = reviewLab.root().querySelector('link');
          return !link || link.sheet;
        });
        await driver.drag([0.5, 0.5], [0.7, 0.7]);
        await driver.count(2);
        look = await driver.evaluate(() =>
          ['.review', '.surface', '.box', '.side', '.list li', '.foot', '.primary', '[part=handle] i', 'canvas'].map(
            (one) => {
              const element = reviewLab.root().querySelector(one);
              const { x, y, width, height } = element.getBoundingClientRect();
              const { color, backgroundColor, position, touchAction, display } = getComputedStyle(element);
              return {
                one,
                box: [x, y, width, height].map(Math.round),
                color,
                backgroundColor,
                position,
                touchAction,
                display,
              };
            },
          ),
        );
      },
      { csp: `${STRICT_CSP}; style-src 'self'`, before, regions: REGIONS },
    );
    return look;
  }
  const today = await lookOf();
  assert.equal(today[0].position, 'fixed');
  const old = await lookOf(() => {
    delete ShadowRoot.prototype.adoptedStyleSheets;
    addEventListener(
      'readystatechange',
      () => {
        const link = document.createElement('link');
        Object.assign(link, { rel: 'stylesheet', href: '/dist/elements/element.css', media: 'not all' });
        link.dataset.caseframe = '';
        if (!document.querySelector('link')) document.head.append(link);
      },
      true,
    );
  });
  assert.deepEqual(old, today);
});

test('a hundred reviews that come and go leave nothing behind', () =>
  review(
    async (driver) => {
      const session = await driver.page.context().newCDPSession(driver.page);
      await session.send('Performance.enable');
      const measure = async () => {
        for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
        const { metrics } = await session.send('Performance.getMetrics');
        const { JSHeapUsedSize, Nodes, JSEventListeners } = Object.fromEntries(
          metrics.map(({ name, value }) => [name, value]),
        );
        return { heap: JSHeapUsedSize, nodes: Nodes, listeners: JSEventListeners };
      };
      const rounds = (count) =>
        driver.evaluate(async (count) => {
          globalThis.still ??= await reviewLab.still(640, 360);
          for (let i = 0; i < count; i++) {
            const element = document.createElement('caseframe-review');
            Object.assign(element, { still: globalThis.still, suggestions: [{ x: 0, y: 0, width: 50, height: 50 }] });
            document.body.append(element);
            const shown = element.show();
            const root = element.shadowRoot;
            while (!root.querySelector('canvas')) await new Promise((go) => setTimeout(go, 1));
            const canvas = root.querySelector('canvas');
            // Some are closed before the first preview has come.
            for (let n = 0; n < 2000 && i % 3 > 0 && root.querySelector('[part=confirm]').disabled; n++)
              await new Promise((go) => setTimeout(go, 5));
            root.querySelector('.surface').dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }));
            root.querySelector(`[part=${['retake', 'confirm', 'discard'][i % 3]}]`).click();
            await shown;
            if (canvas.width || root.childElementCount) throw new Error('something stays');
            element.remove();
          }
        }, count);
      await rounds(10);
      const first = await measure();
      await rounds(100);
      let last = await measure();
      for (let i = 0; i < 20 && last.nodes > first.nodes; i++) {
        await driver.evaluate(() => new Promise((resolve) => setTimeout(resolve, 250)));
        last = await measure();
      }
      assert.ok(last.nodes <= first.nodes, `${last.nodes} nodes, there were ${first.nodes}`);
      assert.ok(last.listeners <= first.listeners, `${last.listeners} listeners, there were ${first.listeners}`);
      assert.ok(last.heap - first.heap < 300000, `the heap grew by ${last.heap - first.heap} bytes`);
      assert.deepEqual(await driver.evaluate(() => reviewLab.leaks), []);
    },
    { open: false, alone: true },
  ));

test('a drag keeps its first corner where the view moves under it', () =>
  review(async (driver) => {
    for (let n = 0; n < 3; n++) await driver.clickPart('zoom-in');
    await driver.drag([0.45, 0.45], [0.5, 0.5], { release: false });
    await driver.page.mouse.wheel(-60, -60);
    await driver.until(() => Math.abs(reviewLab.at(0.5, 0.5).x) > 0);
    await driver.page.mouse.up();
    const [before] = await driver.list();
    // Its lower right corner has gone with the picture that was drawn over.
    near(
      before.rect.slice(0, 2).map((at, i) => Math.max(at, [576, 324][i])),
      [576, 324],
      24,
    );
    const { left, top, right, bottom } = await driver.evaluate(() => {
      const { x: left, y: top } = reviewLab.at(0.45, 0.45);
      const box = reviewLab.root().querySelector('.box').getBoundingClientRect();
      return { left: box.left - left, top: box.top - top, right: box.right - left, bottom: box.bottom - top };
    });
    assert.ok(Math.min(Math.abs(left), Math.abs(right)) < 4, `${left} ${right}: one edge is where it began`);
    assert.ok(Math.min(Math.abs(top), Math.abs(bottom)) < 4, `${top} ${bottom}: one edge is where it began`);
  }));

test('a mouse that has lost its button draws no more, and two clicks of the wheel draw nothing', () =>
  review(async (driver) => {
    await driver.drag([0.2, 0.2], [0.4, 0.4], { release: false });
    await driver.evaluate(() => {
      const surface = reviewLab.root().querySelector('.surface');
      const { x, y } = reviewLab.at(0.8, 0.8);
      const move = { pointerId: 1, pointerType: 'mouse', isPrimary: true, buttons: 0, clientX: x, clientY: y };
      surface.dispatchEvent(new PointerEvent('pointermove', { ...move, bubbles: true }));
    });
    await driver.page.mouse.up();
    const kept = await driver.list();
    near(kept[0].rect, [256, 144, 256, 144]);
    for (const at of [0.6, 0.9]) {
      const { x, y } = await driver.at(at, at);
      await driver.page.mouse.click(x, y, { button: 'middle' });
    }
    assert.deepEqual(await driver.list(), kept);
  }));

test('Tab goes through the regions as the list has them, also after undo', () =>
  review(
    async (driver) => {
      const numbers = () =>
        driver.evaluate(() => Array.from(reviewLab.root().querySelectorAll('.box'), (box) => box.textContent));
      assert.deepEqual(await numbers(), ['1', '2', '3']);
      await driver.press_('delete');
      await driver.count(2);
      await driver.press('Control+z');
      await driver.count(3);
      assert.deepEqual(await numbers(), ['1', '2', '3']);
    },
    { regions: [0, 1, 2].map((n) => ({ x: 100 + 300 * n, y: 80, width: 200, height: 150 })) },
  ));

test('a keydown without a key, as a browser that fills in fields sends it, is no key', () =>
  review(async (driver) => {
    await driver.evaluate(() => {
      for (const at of ['.surface', 'input']) {
        reviewLab
          .root()
          .querySelector(at)
          .dispatchEvent(new Event('keydown', { bubbles: true, composed: true }));
      }
    });
  }));

test('while one still is under review, no other one takes its place', () =>
  review(async (driver) => {
    const codes = await driver.evaluate(async () => {
      const { element, still_: first } = reviewLab;
      const second = await reviewLab.still(640, 360);
      const set = (still) => {
        try {
          element.still = still;
          return 'set';
        } catch (error) {
          return error.code;
        }
      };
      const open = [set(second), set(first)];
      const shown = element.still === first;
      element.remove();
      await new Promise((resolve) => setTimeout(resolve));
      document.body.append(element);
      const after = set(second);
      const promise = element.show();
      const loading = set(first);
      element.remove();
      const { action } = await promise;
      return [...open, shown, after, loading, action, set(first)];
    });
    assert.deepEqual(codes, ['invalid-argument', 'set', true, 'set', 'invalid-argument', 'discard', 'set']);
  }));
