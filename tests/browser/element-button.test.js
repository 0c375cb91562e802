/**
 * The button as an agent uses it, in Chromium and Firefox: a real call, a real uploader, a mouse and a keyboard; under the
 * package's policy and Trusted Types.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { launchFirefox } from './firefox.js';
import { launchChromium, STRICT_CSP, startServer } from './harness.js';
import { startUploadServer } from './upload-server.js';

const CSP = `${STRICT_CSP}; require-trusted-types-for 'script'; trusted-types default`;
const PATH = `/?${new URLSearchParams([
  ['csp', CSP],
  ['script', '/pages/trusting.js'],
  ['script', '/pages/button.js'],
])}`;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof startUploadServer>>} */
let uploads;
/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let chromium;
/** What the server does to a request. @type {import('./upload-server.js').Treatment} */
let treatment = '200';

before(async () => {
  uploads = await startUploadServer(() => treatment);
  server = await startServer({ '/upload': uploads.handle });
  chromium = await launchChromium();
});
after(() => Promise.all([chromium?.close(), server?.close(), uploads?.close()]));

const BROWSERS = {
  Chromium: async () => ({ newPage: () => chromium.context.newPage(), close: async () => {} }),
  async Firefox() {
    const browser = await launchFirefox();
    const open = async () => (await browser.open('about:blank')).page;
    return { newPage: open, close: browser.close };
  },
};

for (const [name, launch] of Object.entries(BROWSERS)) {
  describe(name, () => {
    /** @type {Awaited<ReturnType<typeof launch>>} */
    let browser;
    before(async () => {
      browser = await launch();
    });
    after(async () => {
      await shared?.page.close();
      await browser?.close();
    });

    /** What the tests have in turn, until one fails. @type {Awaited<ReturnType<typeof openPage>> | undefined} */
    let shared;

    async function openPage() {
      const page = await browser.newPage();
      page.setDefaultTimeout(120_000);
      /** @type {string[]} */
      const problems = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.goto(server.url + PATH);
      await page.evaluate(() => import('/pages/button.js'));
      return { page, problems };
    }

    /**
     * A page with a button that has all it needs. What the browser complains of fails the test.
     * @param {import('node:test').TestContext} t
     * @param {object} [options] As for `stage.open`.
     * @param {{ alone?: boolean }} [way] `alone`: in a page that no other test has had, nor will have.
     */
    async function openButton(t, options = {}, { alone = false } = {}) {
      treatment = '200';
      const opened = (!alone && shared) || (await openPage());
      if (!alone) shared = opened;
      const { page, problems } = opened;
      await page.bringToFront();
      t.after(async () => {
        problems.push(...(await page.evaluate(() => stage.close())));
        if (alone || !t.passed) await page.close();
        if (!t.passed) shared = undefined;
        // Requests that fail on purpose, and the icon that Firefox looks for unasked.
        const isMeant = /Failed to load resource|favicon/;
        assert.deepEqual(
          problems.splice(0).filter((problem) => !isMeant.test(problem)),
          [],
        );
      });
      await page.evaluate((given) => stage.open(given), options);
      return {
        page,
        look: () => page.evaluate(() => stage.look()),
        fired: () => page.evaluate(() => stage.fired),
        /** @param {string} state @param {number} [count] */
        reaches: (state, count) => page.evaluate(([one, so]) => stage.reaches(one, so), [state, count]),
        /** @param {string} part @param {number} [count] Of clicks in a row. */
        async click(part, count = 1) {
          const { x, y } = await page.evaluate((one) => stage.middleOf(one), part);
          await page.mouse.click(x, y, name === 'Firefox' ? { count } : { clickCount: count });
        },
        /** @param {string} key */
        press: (key) => page.keyboard.press(key),
      };
    }

    test('one click takes a picture, sends it, and says so', async (t) => {
      const { click, reaches, fired, look, page } = await openButton(t);
      await reaches('idle');
      await click('button');
      await reaches('delivered');
      const [captured, delivered, ...others] = await fired();
      assert.deepEqual([captured.type, delivered.type, others], ['captured', 'delivered', []]);
      assert.equal(delivered.sha256, captured.sha256);
      assert.equal(captured.by, 'caseframe-button');
      assert.equal(uploads.filed.get(captured.id)?.interactionId, 'case-1');
      const { message, disabled, cancel, retry } = await look();
      assert.deepEqual([message, disabled, cancel, retry], ['Delivered.', false, null, null]);
      const said = await page.evaluate(() => stage.said);
      assert.deepEqual(said, ['Taking the picture …', 'Sending …', 'Delivered.']);
      const isState = await page.evaluate(() => {
        try {
          return stage.button.matches(':state(delivered)');
        } catch {
          return 'unknown'; // No selector of this browser.
        }
      });
      assert.notEqual(isState, false);
    });

    test('a double click takes one picture, and so does a key that is held down', async (t) => {
      const { click, reaches, fired, page, look } = await openButton(t);
      await reaches('idle');
      await click('button', 2);
      await reaches('delivered', 1);
      await page.keyboard.down('Enter');
      for (let n = 0; n < 5; n++) await page.keyboard.down('Enter');
      await page.keyboard.up('Enter');
      await reaches('delivered', 2);
      assert.equal((await look()).focus, 'button');
      assert.equal((await fired()).filter(({ type }) => type === 'captured').length, 2);
    });

    test('works by keyboard alone, from anywhere by the page’s shortcut', async (t) => {
      const { press, reaches, page, look } = await openButton(t, { attributes: { shortcut: 'Alt+C' } });
      await reaches('idle');
      await press('Tab');
      await press('Enter');
      await reaches('delivered', 1);
      await press(' ');
      await reaches('delivered', 2);
      await page.evaluate(() => stage.part('button').blur());
      const pressShortcut = async () => {
        await page.keyboard.down('Alt');
        await press('c');
        await page.keyboard.up('Alt');
      };
      for (const style of ['display: none', 'visibility: hidden', '']) {
        await page.evaluate((css) => {
          stage.button.style.cssText = css;
        }, style);
        await pressShortcut();
        if (style) assert.equal((await look()).state, 'delivered', 'nothing is taken by what is not seen');
      }
      await reaches('delivered', 3);
      assert.equal(await page.evaluate(() => stage.part('button').getAttribute('aria-keyshortcuts')), 'Alt+C');
    });

    test('a shortcut that presses buttons, too, leaves them theirs', async (t) => {
      const { press, reaches, page } = await openButton(t, { attributes: { shortcut: 'Space', consent: '' } });
      await reaches('idle');
      await page.evaluate(() => {
        const other = Object.assign(document.createElement('button'), { textContent: 'Hang up' });
        other.addEventListener('click', () => {
          other.textContent = 'Hung up';
        });
        document.body.append(other);
        other.focus();
        stage.other = other;
      });
      await press(' ');
      assert.deepEqual(await page.evaluate(() => [stage.other.textContent, stage.look().state]), ['Hung up', 'idle']);
      await page.evaluate(() => stage.other.blur());
      await press(' ');
      await reaches('asking');
      await page.evaluate(() => stage.part('decline').focus());
      await press(' ');
      await reaches('failed');
    });

    test('a tap takes a picture, and a double tap takes one', async (t) => {
      const { page, reaches, fired } = await openButton(t);
      await reaches('idle');
      const tap = await tapper(t, page, name === 'Firefox');
      const { x, y } = await page.evaluate(() => stage.middleOf('button'));
      const taken = async () => (await fired()).filter(({ type }) => type === 'captured').length;
      await tap(x, y);
      await reaches('delivered', 1);
      await page.evaluate(() => {
        globalThis.taps = [];
        addEventListener('click', ({ timeStamp }) => globalThis.taps.push(timeStamp), true);
      });
      // On a busy machine the second one may come too late to be one of a double tap: then they are two, and do not count.
      let [before, between] = [1, Number.POSITIVE_INFINITY];
      for (let tries = 0; tries < 20 && !(between < 500); tries++) {
        await page.evaluate(async () => {
          await lab.sleep(1000); // Slower than any double tap.
          globalThis.taps.length = 0;
        });
        before = await taken();
        await tap(x, y);
        await tap(x, y);
        await reaches('delivered', before + 1);
        await page.evaluate(() => lab.beats(stage.call, 30));
        between = await page.evaluate(() => globalThis.taps[1] - globalThis.taps[0]);
      }
      assert.ok(between < 500);
      assert.equal(await taken(), before + 1);
    });

    test('a capture that takes long can be cancelled, and not before', async (t) => {
      const { click, reaches, look, fired, press, page } = await openButton(t);
      await reaches('idle');
      await page.evaluate(() => {
        // A capture that waits for a picture that never comes.
        stage.button.options = { ...stage.button.options, minWidth: 5000, timeoutMs: 60000 };
      });
      await click('button');
      assert.equal((await look()).state, 'capturing');
      await page.evaluate(() => lab.until(stage.call, () => stage.look().cancel !== null, 'cancel appears'));
      assert.equal((await look()).cancel, 'Cancel');
      await click('cancel');
      const { state, message, cancel, focus } = await look();
      assert.deepEqual([state, message, cancel, focus], ['idle', 'Cancelled. Nothing was saved.', null, 'button']);
      // The same by Escape.
      await click('button');
      await page.evaluate(() => lab.until(stage.call, () => stage.look().cancel !== null, 'cancel appears'));
      await press('Escape');
      assert.equal((await look()).state, 'idle');
      assert.deepEqual(await fired(), []);
    });

    test('waits where the network is gone, and delivers when it is back', async (t) => {
      const { click, reaches, fired } = await openButton(t);
      await reaches('idle');
      treatment = 'before';
      await click('button');
      // The next try says what it does.
      const { message } = await reaches('queued');
      assert.match(String(message), /Waiting to be sent/, 'in memory, the page has to stay');
      treatment = '200';
      await reaches('delivered');
      assert.deepEqual(
        (await fired()).map(({ type }) => type),
        ['captured', 'delivered'],
      );
    });

    test('says what to do where the server refuses, and tries again with the same picture', async (t) => {
      const { click, reaches, look, fired } = await openButton(t);
      await reaches('idle');
      treatment = '413';
      await click('button');
      await reaches('failed');
      const { message, retry, disabled } = await look();
      assert.equal(message, 'The server did not accept the picture. Tell your administrator.');
      assert.deepEqual([retry, disabled], ['Try again', false]);
      treatment = '200';
      await click('retry');
      await reaches('delivered');
      const events = await fired();
      assert.deepEqual(
        events.map(({ type, code }) => code || type),
        ['captured', 'upload-rejected', 'delivered'],
      );
      assert.equal((await look()).focus, 'button', 'the focus of what has gone');
    });

    test('is unavailable while there is nothing to capture, says why, and comes back by itself', async (t) => {
      // Its call ends.
      const { click, reaches, look, fired, page } = await openButton(t, {}, { alone: true });
      await reaches('idle');
      await page.evaluate(() => {
        stage.targets = [];
        stage.changes = new Set();
        stage.button.source = {
          targets: () => stage.targets,
          on(_type, listener) {
            stage.changes.add(listener);
            return () => stage.changes.delete(listener);
          },
          dispose() {},
        };
      });
      await reaches('unavailable');
      const { message, disabled, description } = await look();
      assert.equal(message, 'There is no customer video to capture. Ask the customer to turn the camera on.');
      assert.deepEqual([disabled, description], [true, message]);
      await click('button');
      assert.equal((await look()).state, 'unavailable');
      const said = await page.evaluate(() => stage.said.filter((text) => /no customer video/.test(text)).length);
      assert.equal(said, 2, 'whoever clicks all the same is told once more');
      assert.deepEqual(await fired(), []);
      await page.evaluate(() => {
        stage.targets = [{ track: stage.call.track, interactionId: 'case-1', participantId: null, kind: 'camera' }];
        for (const listener of stage.changes) listener();
      });
      assert.deepEqual([(await look()).state, (await look()).disabled], ['idle', false]);
      await page.evaluate(() => {
        Object.assign(stage.targets[0], { cameraOff: true });
        for (const listener of stage.changes) listener();
      });
      assert.match(String((await look()).message), /camera is off/);
      // A call that ends.
      await page.evaluate(() => {
        stage.button.source = stage.call.stream;
      });
      await reaches('idle');
      await page.evaluate(() => stage.call.hangUp());
      await reaches('unavailable');
    });

    test('asks for consent first where the page wants it', async (t) => {
      const { click, reaches, look, fired, press, page } = await openButton(t, { attributes: { consent: '' } });
      await reaches('idle');
      await click('button');
      await reaches('asking');
      const asking = await look();
      assert.match(String(asking.consent), /Do they agree\?/);
      assert.equal(asking.focus, 'consent');
      await press('Tab');
      assert.equal((await look()).focus, 'agree');
      await press('Enter');
      await reaches('delivered');
      await click('button');
      await reaches('asking');
      await click('decline');
      await reaches('failed');
      assert.equal((await look()).message, 'The customer has not agreed to being captured. Nothing was saved.');
      await click('button');
      await reaches('asking');
      await press('Escape');
      await reaches('idle');
      assert.deepEqual(
        (await fired()).map(({ type, code }) => code || type),
        ['captured', 'delivered', 'consent-denied'],
      );
      // The page's own hook decides as well, after the customer.
      await page.evaluate(() => {
        stage.button.consent = false;
        stage.button.options = { ...stage.button.options, beforeCapture: () => false };
      });
      await click('button');
      await reaches('failed');
    });

    test('shows the picture before it is sent where the page wants it', async (t) => {
      const { click, reaches, fired, page } = await openButton(t, { attributes: { review: '' } });
      await reaches('idle');
      await page.evaluate(() => {
        // A review of the test's own: what the button does with one is the point.
        const review = document.createElement('caseframe-review');
        review.slot = 'review';
        stage.stills = [];
        const answers = [
          { action: 'retake' },
          { action: 'confirm', redact: [{ x: 0, y: 0, width: 64, height: 64, mode: 'fill' }], dropped: [{ x: 1 }] },
          { action: 'discard' },
        ];
        review.show = async () => {
          stage.stills.push({ still: review.still, suggestions: review.suggestions, regions: review.regions });
          return answers.shift();
        };
        stage.button.options = {
          ...stage.button.options,
          redact: [{ x: 8, y: 8, width: 16, height: 16 }],
          detect: () => [{ x: 100, y: 100, width: 32, height: 32 }],
        };
        stage.button.append(review);
      });
      await click('button');
      await reaches('delivered');
      const [captured] = await fired();
      assert.deepEqual(
        captured.redactions.map(({ mode, width }) => [mode, width]),
        [['fill', 64]],
      );
      assert.deepEqual(captured.dropped, [{ x: 1 }]);
      await click('button');
      await reaches('idle');
      assert.equal((await fired()).length, 2, 'what was discarded is no event');
      const stills = await page.evaluate(async () => {
        const ends = [];
        for (const { still, suggestions, regions } of stage.stills) {
          ends.push([await lab.outcome(still.preview()).then(({ code }) => code), suggestions.length, regions.length]);
        }
        return ends;
      });
      assert.deepEqual(stills, Array(3).fill(['disposed', 1, 1]), 'every still was let go of');
    });

    test('brings a review along where the page has none, which the second click of a double click does not end', async (t) => {
      const { click, reaches, fired, page, look } = await openButton(t, { attributes: { review: '' } });
      await reaches('idle');
      await page.evaluate(() => {
        const { showModal } = HTMLDialogElement.prototype;
        stage.restore = () => {
          HTMLDialogElement.prototype.showModal = showModal;
        };
        // The half second lasts until the test says so.
        HTMLDialogElement.prototype.showModal = function () {
          showModal.call(this);
          [stage.shield] = this.getAnimations({ subtree: true });
          stage.shield?.pause();
        };
        stage.button.options = {
          ...stage.button.options,
          redact: [{ x: 8, y: 8, width: 32, height: 32, mode: 'fill' }],
        };
      });
      /** What has this part in the review, once it is there: its middle. @param {string} part @param {boolean} [isPressed] */
      const find = (part, isPressed = false) =>
        page.evaluate(
          async ([one, press]) => {
            const find = () => {
              const review = stage.button.shadowRoot.querySelector('caseframe-review');
              return review && review.state !== 'closed' && review.shadowRoot.querySelector(`[part=${one}]`);
            };
            await lab.until(stage.call, find, `the review has ${one}`);
            if (press) return find().click();
            const { left, top, width, height } = find().getBoundingClientRect();
            return [left + width / 2, top + height / 2];
          },
          [part, isPressed],
        );
      const press = (/** @type {string} */ part) => find(part, true);
      await click('button');
      await reaches('reviewing');
      const confirm = await find('confirm');
      for (const at of [confirm, await find('retake'), await find('surface')]) await page.mouse.click(at[0], at[1]);
      assert.equal((await look()).state, 'reviewing');
      assert.deepEqual(await fired(), []);
      await page.evaluate(() => stage.shield.finish());
      await page.mouse.click(confirm[0], confirm[1]);
      await reaches('delivered');
      const [captured] = await fired();
      assert.deepEqual(
        captured.redactions.map(({ mode, width }) => [mode, width]),
        [['fill', 32]],
      );
      await click('button');
      await reaches('reviewing');
      await press('discard');
      await reaches('idle');
      const { focus, message } = await look();
      assert.deepEqual([focus, message], ['button', 'Discarded. Nothing was saved.']);
      assert.equal(await page.evaluate(() => stage.button.shadowRoot.querySelectorAll('caseframe-review').length), 0);
      await page.evaluate(() => stage.restore());
    });

    test('follows a label that is changed in place, and has its states as a clone, too', async (t) => {
      const { page, look, reaches } = await openButton(t);
      await reaches('idle');
      const labelled = await page.evaluate(async () => {
        stage.button.firstChild.data = 'Photo';
        await lab.beats(stage.call, 2);
        return stage.part('label').firstChild.hidden;
      });
      assert.equal(labelled, true);
      assert.equal((await look()).label, 'Photo');
      const isState = await page.evaluate(() => {
        stage.button.setAttribute('state', 'unavailable');
        const clone = stage.button.cloneNode();
        document.body.append(clone);
        try {
          return clone.matches(':state(unavailable)');
        } catch {
          return 'unknown'; // No selector of this browser.
        } finally {
          clone.remove();
        }
      });
      assert.notEqual(isState, false);
    });

    test('shows a review that comes through another component’s slot, and its own where that has none', async (t) => {
      const { page, click, reaches } = await openButton(t, { attributes: { review: '' } });
      await reaches('idle');
      await page.evaluate(() => {
        const host = document.createElement('div');
        const slot = Object.assign(document.createElement('slot'), { name: 'mine', slot: 'review' });
        host.attachShadow({ mode: 'open' }).append(stage.button);
        stage.button.append(slot);
        document.body.append(host);
        stage.host = host;
      });
      /** Whether the button's own review, and the page's, are open. */
      const seen = () =>
        page.evaluate(() => {
          const isSeen = (review) => review?.shadowRoot.querySelector('[part=dialog]')?.getClientRects().length > 0;
          const roots = [stage.button.shadowRoot, stage.host];
          return roots.map((root) => isSeen(root.querySelector('caseframe-review')));
        });
      const discard = () =>
        page.evaluate(() => {
          const review = stage.host.querySelector('caseframe-review');
          const own = stage.button.shadowRoot.querySelector('caseframe-review');
          (own || review).shadowRoot.querySelector('[part=discard]').click();
        });
      await click('button');
      await reaches('reviewing');
      await page.waitForFunction(() => stage.button.shadowRoot.querySelector('caseframe-review[state=open]'));
      assert.deepEqual(await seen(), [true, false]);
      await discard();
      await reaches('idle');
      await page.evaluate(() => {
        const review = Object.assign(document.createElement('caseframe-review'), { slot: 'mine' });
        stage.host.append(review);
      });
      await click('button');
      await reaches('reviewing');
      await page.waitForFunction(() => stage.host.querySelector('caseframe-review[state=open]'));
      assert.deepEqual(await seen(), [false, true]);
      await discard();
      await reaches('idle');
    });

    test('a capture that is set late is for the next picture, and a click without a source is answered', async (t) => {
      const { page, reaches, fired } = await openButton(t, { properties: { capture: null } });
      await reaches('idle');
      await page.evaluate(() => {
        stage.button.click();
        stage.button.capture = stage.capture;
      });
      await reaches('delivered', 1);
      assert.deepEqual(
        (await fired()).map(({ type }) => type),
        ['captured', 'delivered'],
      );
      treatment = '503';
      await page.evaluate(() => stage.button.click());
      // In one go: the next try of the upload says what it does.
      const message = await page.evaluate(async () => {
        await stage.reaches('queued', 1);
        stage.button.source = null;
        stage.button.click();
        return stage.button.shadowRoot.querySelector('[part=message]').textContent;
      });
      assert.match(message, /no video|camera/i);
    });

    test('a move in the document ends nothing, and a removal ends everything', async (t) => {
      const { click, reaches, fired, page, look } = await openButton(t);
      await reaches('idle');
      await page.evaluate(() => {
        stage.button.options = { ...stage.button.options, minWidth: 5000, timeoutMs: 60000 };
      });
      await click('button');
      await page.evaluate(async () => {
        const box = document.createElement('div');
        document.body.append(box);
        box.append(stage.button);
        if (document.body.moveBefore) document.body.moveBefore(stage.button, null);
        await lab.sleep(0);
      });
      assert.equal((await look()).state, 'capturing');
      const left = await page.evaluate(async () => {
        const { signal } = await new Promise((resolve) => {
          const { snapshot } = stage.capture;
          stage.button.capture = {
            ...stage.capture,
            snapshot(source, options) {
              resolve(options);
              return snapshot(source, options);
            },
          };
          stage.button.remove();
          setTimeout(() => {
            document.body.append(stage.button);
            stage.button.click();
          });
        });
        stage.button.remove();
        await lab.sleep(0);
        return { aborted: signal.aborted, state: stage.button.state };
      });
      assert.deepEqual(left, { aborted: true, state: 'idle' });
      assert.deepEqual(await fired(), []);
      await page.evaluate(() => {
        document.body.append(stage.button);
        stage.button.options = { ...stage.button.options, minWidth: 0 };
      });
      await click('button');
      await reaches('delivered');
    });

    test('keeps what was set before it was defined, and is defined twice without harm', async (t) => {
      // And has a capture of its own where the page gives none.
      const { click, reaches, page } = await openButton(
        t,
        { early: true, properties: { capture: null } },
        { alone: true },
      );
      await page.evaluate(() => import('/dist/elements/index.js?again'));
      await reaches('idle');
      await click('button');
      await reaches('delivered');
    });

    test('takes what was set before it was defined but for what is refused, which is told', async (t) => {
      const { page } = await openButton(t);
      const late = await page.evaluate(async () => {
        const errors = [];
        const listen = (event) => {
          event.preventDefault();
          errors.push(event.error.code);
        };
        addEventListener('error', listen);
        const button = document.createElement('late-button');
        Object.assign(button, { strings: { captrue: 'Photo' }, options: 'none', capture: stage.capture });
        Object.assign(button, { source: stage.call.stream, review: true });
        document.body.append(button);
        const { CaseframeButton } = await import('/dist/elements/index.js');
        customElements.define('late-button', class extends CaseframeButton {});
        removeEventListener('error', listen);
        const { state, review, strings } = button;
        button.strings = { capture: 'Photo' };
        const label = button.shadowRoot.querySelector('[part=label]').textContent;
        const isTaken = button.capture === stage.capture;
        button.remove();
        return { errors, state, review, strings, label, isTaken };
      });
      assert.deepEqual(late, {
        errors: ['invalid-argument'],
        state: 'idle',
        review: true,
        strings: undefined,
        label: 'Photo',
        isTaken: true,
      });
    });

    test('speaks German where the page does, in the page’s words where it has some, and refuses nonsense', async (t) => {
      const { reaches, look, page } = await openButton(t);
      await reaches('idle');
      await page.evaluate(() => {
        document.documentElement.lang = 'de-AT';
      });
      await page.evaluate(() => lab.until(stage.call, () => stage.look().label === 'Bild aufnehmen', 'German'));
      await page.evaluate(() => {
        stage.button.source = null;
      });
      assert.match(String((await look()).message), /^Es ist kein Video da/);
      await page.evaluate(() => {
        stage.button.strings = { capture: 'Beweisfoto', advice: { 'no-source': 'Keins da.' } };
      });
      assert.deepEqual([(await look()).label, (await look()).message], ['Beweisfoto', 'Keins da.']);
      const refused = await page.evaluate(() =>
        [
          ['source', 1],
          ['capture', {}],
          ['uploader', 'none'],
          ['options', 'none'],
          ['options', [{ x: 0, y: 0, width: 100, height: 100 }]],
          ['shortcut', 'Alt+'],
          ['strings', { captrue: 'x' }],
          ['strings', { language: 'de_DE' }],
        ].map(([name, value]) => {
          try {
            stage.button[name] = value;
            return name;
          } catch ({ name: error, code }) {
            return `${error} ${code}`;
          }
        }),
      );
      assert.deepEqual(refused, Array(8).fill('CaptureError invalid-argument'));
      assert.equal((await look()).label, 'Beweisfoto', 'and stays as it was');
    });

    if (name === 'Firefox') return;

    test('the flash is not for those who prefer less motion; the sound is for those who want it', async (t) => {
      const { page, click, reaches } = await openButton(t);
      await reaches('idle');
      await page.evaluate(() => {
        Object.assign(globalThis, { sounds: 0, flashes: 0 });
        const { AudioContext } = globalThis;
        globalThis.AudioContext = class extends AudioContext {
          constructor() {
            super();
            globalThis.sounds++;
          }
        };
        stage.button.addEventListener('caseframe-captured', () => {
          globalThis.flashes += stage.part('flash').getAnimations().length;
        });
      });
      /** @param {number} count */
      const take = async (count) => {
        await click('button');
        await reaches('delivered', count);
        await page.evaluate(() => lab.beats(stage.call, 5));
        return page.evaluate(() => [globalThis.flashes, globalThis.sounds]);
      };
      assert.deepEqual(await take(1), [1, 0]);
      const again = await page.evaluate(async () => {
        for (const animation of stage.part('flash').getAnimations()) await animation.finished;
        stage.button.style.display = 'none';
        stage.part('button').getClientRects();
        stage.button.style.display = '';
        return stage.part('flash').getAnimations().length;
      });
      assert.equal(again, 0, 'it is not played again by being shown');
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.evaluate(() => {
        stage.button.sound = true;
      });
      assert.deepEqual(await take(2), [1, 1]);
      await page.emulateMedia({ reducedMotion: null });
    });
  });
}

/**
 * A finger, in either browser.
 * @param {import('node:test').TestContext} t @param {any} page @param {boolean} isFirefox @returns {Promise<(x: number, y: number) => Promise<void>>}
 */
async function tapper(t, page, isFirefox) {
  if (isFirefox) return (x, y) => page.touchscreen.tap(x, y);
  const client = await page.context().newCDPSession(page);
  t.after(() => client.detach());
  await client.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  return async (x, y) => {
    await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
    await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
}

describe('what can be seen and touched', () => {
  /** With a button in every state. @type {import('playwright-core').Page} */
  let gallery;
  before(async () => {
    gallery = await chromium.context.newPage();
    gallery.setDefaultTimeout(120_000);
    await gallery.goto(`${server.url}/?script=/pages/button-gallery.js`);
    await gallery.evaluate(async () => {
      await import('/pages/button-gallery.js');
      await stage.openGallery();
    });
  });
  after(() => gallery?.close());

  /** @param {{ width?: number, scheme?: string, lang?: string, dir?: string, forced?: 'active' | 'none' }} [look] */
  async function show({ width = 800, scheme = 'light', lang = 'en', dir = 'ltr', forced = 'none' } = {}) {
    await gallery.setViewportSize({ width, height: 900 });
    await gallery.emulateMedia({ forcedColors: forced });
    await gallery.evaluate(
      ([colorScheme, language, direction]) => {
        Object.assign(document.documentElement, { lang: language, dir: direction });
        Object.assign(document.documentElement.style, { colorScheme, background: 'Canvas' });
      },
      [scheme, lang, dir],
    );
    // What follows the language does so in a task of its own.
    await gallery.evaluate(() => lab.beats(stage.call, 2));
  }

  const LOOKS = [{ scheme: 'light' }, { scheme: 'dark' }, { scheme: 'light', lang: 'de', dir: 'rtl' }];
  for (const look of LOOKS) {
    test(`axe finds nothing in any state: ${JSON.stringify(look)}`, async () => {
      const page = gallery;
      await show(look);
      await page.evaluate(await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'));
      const found = await page.evaluate(async () => {
        const { violations, passes } = await axe.run(document, {
          // Of whole pages, which this is not.
          rules: {
            region: { enabled: false },
            'landmark-one-main': { enabled: false },
            'page-has-heading-one': { enabled: false },
          },
        });
        const contrast = passes.find(({ id }) => id === 'color-contrast');
        return {
          violations: violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => html + failureSummary)}`,
          ),
          contrasts: contrast ? contrast.nodes.length : 0,
        };
      });
      assert.deepEqual(found.violations, []);
      assert.ok(found.contrasts > 10, 'it has looked into the shadow roots');
    });
  }

  test('nothing sticks out at 320 pixels or 400 % zoom, in German, either way round; controls are 44 pixels', async () => {
    for (const dir of ['ltr', 'rtl']) {
      await show({ width: 320, lang: 'de', dir });
      const { outside, small, wide } = await gallery.evaluate(() => {
        const shown = [...document.querySelectorAll('caseframe-button')].flatMap((button) =>
          [...button.shadowRoot.querySelectorAll('*')].filter((element) => element.getClientRects().length > 0),
        );
        const boxes = shown.map((element) => ({ element, box: element.getBoundingClientRect() }));
        const name = ({ element, box }) => `${element.outerHTML.slice(0, 80)} ${JSON.stringify(box)}`;
        return {
          outside: boxes.filter(({ box }) => box.left < 0 || box.right > innerWidth).map(name),
          small: boxes
            .filter(({ element, box }) => element.matches('button') && Math.min(box.width, box.height) < 44)
            .map(name),
          wide: document.documentElement.scrollWidth > innerWidth,
        };
      });
      assert.deepEqual([outside, small, wide], [[], [], false]);
    }
  });

  test('the live region is there before it says anything, and takes no room', async () => {
    await show();
    const client = await gallery.context().newCDPSession(gallery);
    const { nodes } = await client.send('Accessibility.getFullAXTree');
    const { buttons, gaps } = await gallery.evaluate(() => ({
      buttons: document.querySelectorAll('caseframe-button').length,
      gaps: stage.button.shadowRoot.querySelector('.frame').offsetHeight - stage.part('button').offsetHeight,
    }));
    assert.equal(nodes.filter(({ ignored, role }) => !ignored && role?.value === 'status').length, buttons);
    assert.equal(gaps, 0);
  });

  test('what a toolbar has for itself ends at the element, what it says on the element does not', async () => {
    const looks = await gallery.evaluate(() => {
      const inherited = {
        whiteSpace: 'nowrap',
        letterSpacing: '5px',
        wordSpacing: '5px',
        textIndent: '9px',
        textTransform: 'uppercase',
        textAlign: 'right',
        textShadow: '1px 1px #000',
        lineHeight: '3',
        cursor: 'none',
      };
      const message = () => {
        const style = getComputedStyle(stage.part('message'));
        return Object.keys(inherited).map((name) => style[name]);
      };
      const before = message();
      Object.assign(document.body.style, inherited);
      const inside = message();
      stage.button.style.textTransform = 'uppercase';
      const said = getComputedStyle(stage.part('message')).textTransform;
      stage.button.style.textTransform = document.body.style.cssText = '';
      return { before, inside, said };
    });
    assert.deepEqual(looks.inside, looks.before);
    assert.equal(looks.said, 'uppercase');
  });

  test('forced colours leave the bar and what is unavailable to be seen', async () => {
    await show({ forced: 'active' });
    const colours = await gallery.evaluate(() => {
      const of = (state, part, property) => {
        const button = document.querySelector(`caseframe-button[state=${state}]`);
        return getComputedStyle(button.shadowRoot.querySelector(`[part=${part}]`))[property];
      };
      return {
        bar: of('uploading', 'bar', 'backgroundColor') !== of('uploading', 'progress', 'backgroundColor'),
        unavailable: of('unavailable', 'button', 'color') !== of('idle', 'button', 'color'),
      };
    });
    assert.deepEqual(colours, { bar: true, unavailable: true });
  });
});

describe('in a page of its own', () => {
  test('a browser without constructable stylesheets gets the same look by the stylesheet that the page links', async () => {
    /** @param {boolean} isOld @param {boolean} isLinked */
    async function lookOf(isOld, isLinked) {
      const page = await chromium.context.newPage();
      /** @type {string[]} */
      const warnings = [];
      page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
      const query = new URLSearchParams({ csp: `${STRICT_CSP}; style-src 'self'` });
      await page.goto(`${server.url}/?${query}`);
      const look = await page.evaluate(
        async ([old, linked]) => {
          if (old) delete ShadowRoot.prototype.adoptedStyleSheets;
          if (linked) {
            const link = Object.assign(document.createElement('link'), {
              rel: 'stylesheet',
              href: '/dist/elements/element.css',
              media: 'not all',
            });
            link.dataset.caseframe = '';
            document.head.append(link);
          }
          await import('/dist/elements/index.js');
          const button = document.createElement('caseframe-button');
          document.body.append(button);
          const link = button.shadowRoot.querySelector('link');
          if (link && !link.sheet) await new Promise((resolve) => link.addEventListener('load', resolve));
          const { display } = getComputedStyle(button);
          const { minHeight, color, borderRadius } = getComputedStyle(button.shadowRoot.querySelector('button'));
          const own = document.createElement('button');
          document.body.append(own);
          return { display, minHeight, color, borderRadius, ofThePage: getComputedStyle(own).minHeight };
        },
        [isOld, isLinked],
      );
      await page.close();
      return { look, warnings: warnings.length };
    }
    const today = await lookOf(false, false);
    assert.equal(today.look.minHeight, '44px');
    assert.notEqual(today.look.ofThePage, '44px');
    assert.deepEqual(await lookOf(true, true), today, 'and the page’s own buttons are as they were');
    const unstyled = await lookOf(true, false);
    assert.deepEqual(
      [unstyled.look.minHeight === '44px', unstyled.warnings],
      [false, 1],
      'and is told what is missing',
    );
  });

  test('in another document it looks the same, and its shortcut works there; removed, nothing holds it', async (t) => {
    const page = await chromium.context.newPage();
    t.after(() => page.close());
    page.setDefaultTimeout(120_000);
    treatment = '200';
    await page.goto(`${server.url}/?${new URLSearchParams({ csp: "frame-src 'self'", script: '/pages/button.js' })}`);
    await page.evaluate(async () => {
      await import('/pages/button.js');
      await stage.open({ attributes: { shortcut: 'Alt+C' } });
      await stage.reaches('idle');
      const frame = document.createElement('iframe');
      document.body.append(frame);
      frame.contentDocument.body.append(stage.button);
      const press = (target) =>
        target.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', code: 'KeyC', altKey: true, modifierAlt: true }));
      // By a frame's own events the test's page does not hear what is fired.
      const delivered = new Promise((resolve) => stage.button.addEventListener('caseframe-delivered', resolve));
      press(document);
      if (stage.button.state !== 'idle') throw new Error('It still listens to the document that it has left');
      press(frame.contentDocument);
      await delivered;
      globalThis.height = getComputedStyle(stage.part('button')).minHeight;
    });
    assert.equal(await page.evaluate(() => globalThis.height), '44px');

    const left = await page.evaluate(async () => {
      const { call, capture, uploader } = stage;
      const { button: old } = stage;
      old.remove();
      stage.button = null;
      const refs = Array.from({ length: 20 }, (_, i) => {
        const button = document.createElement('caseframe-button');
        Object.assign(button, {
          source: call.stream,
          capture,
          uploader,
          options: { interactionId: 'case-1' },
          shortcut: 'Alt+C',
        });
        document.body.append(button);
        if (i % 2) button.click();
        button.remove();
        return new WeakRef(button);
      });
      for (let n = 0; n < 300; n++) {
        await call.sending.beat();
        gc();
        if (refs.every((ref) => !ref.deref())) break;
      }
      return refs.filter((ref) => ref.deref()).length;
    });
    assert.equal(left, 0);
  });
});
