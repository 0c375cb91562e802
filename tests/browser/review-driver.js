/** An agent's hands on the review, in whatever browser: playwright's page or puppeteer's. */
import assert from 'node:assert/strict';
import { STRICT_CSP } from './harness.js';

/** A page of either browser, by the same words. */
function driverOf(page, isFirefox) {
  const problems = [];
  page.on('pageerror', (error) => {
    if (!/favicon/.test(error.message)) problems.push(`uncaught: ${error.message}`);
  });
  page.on('console', (message) => {
    // Firefox asks for an icon that the policy forbids.
    if (message.type() === 'error' && !/favicon/.test(message.text())) problems.push(`console: ${message.text()}`);
  });
  // The worker's, too.
  page.on('request', (request) => {
    driver.hearsRequests = true;
    if (request.method() !== 'GET') problems.push(`sent: ${request.method()} ${request.url()}`);
  });
  const driver = {
    page,
    problems,
    /** Whether its browser tells of them at all: of one that does not, none would be missed. */
    hearsRequests: false,
    evaluate: (inPage, argument) => page.evaluate(inPage, argument),
    /** @param {() => unknown} condition */
    until: (condition, argument) =>
      isFirefox
        ? page.waitForFunction(condition, { polling: 50, timeout: 120_000 }, argument)
        : page.waitForFunction(condition, argument, { timeout: 120_000 }),
    /** Where it is on the page. The element knows how large its picture is shown once that was drawn. */
    async at(x, y) {
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      return page.evaluate(([x, y]) => reviewLab.at(x, y), [x, y]);
    },
    /** In ratios of the picture. */
    async drag(from, to, { release = true } = {}) {
      const [a, b] = [await driver.at(...from), await driver.at(...to)];
      await page.mouse.move(a.x, a.y);
      await page.mouse.down();
      await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
      await page.mouse.move(b.x, b.y);
      if (release) await page.mouse.up();
    },
    async click(x, y) {
      const at = await driver.at(x, y);
      await page.mouse.click(at.x, at.y);
    },
    async press(...keys) {
      for (const key of keys) {
        const parts = key === '+' ? [key] : key.split('+');
        const last = parts.pop();
        for (const part of parts) await page.keyboard.down(part);
        await page.keyboard.press(last);
        for (const part of parts.reverse()) await page.keyboard.up(part);
      }
    },
    /** Until it repeats. @param {string} key */
    async hold(key) {
      for (let i = 0; i < 4; i++) await page.keyboard.down(key);
      await page.keyboard.up(key);
    },
    /** The regions as the list says them. */
    list: () =>
      page.evaluate(() =>
        Array.from(reviewLab.root().querySelectorAll('[part=list] li'), (item) => ({
          label: item.firstChild.getAttribute('aria-label'),
          rect: Array.from(item.querySelectorAll('input'), (input) => input.valueAsNumber),
          mode: item.querySelector('select').value,
        })),
      ),
    /** Once the list has as many. @param {number} count */
    count: (count) => driver.until((count) => reviewLab.root().querySelectorAll('.list li').length === count, count),
    said: () => page.evaluate(() => reviewLab.root().querySelector('[role=status]').textContent),
    summary: () => page.evaluate(() => reviewLab.root().querySelector('.summary').textContent),
    /** @param {string} part */
    press_: (part) => page.evaluate((part) => reviewLab.root().querySelector(`[part=${part}]`).click(), part),
    /** @param {string} part */
    async clickPart(part) {
      const { x, y } = await page.evaluate((part) => {
        const element = reviewLab.root().querySelector(`[part=${part}]:not([hidden])`);
        element.scrollIntoView({ block: 'nearest' });
        const box = element.getBoundingClientRect();
        return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
      }, part);
      await page.mouse.click(x, y);
    },
    result: async () => {
      await driver.until(() => reviewLab.result);
      return page.evaluate(() => reviewLab.result);
    },
    /** Once the canvas shows that colour there. */
    shows: (x, y, color) =>
      driver.until(
        ([x, y, color]) =>
          reviewLab
            .pixel(x, y)
            .slice(0, 3)
            .every((value, i) => Math.abs(value - color[i]) <= 2),
        [x, y, color],
      ),
  };
  return driver;
}

/**
 * Reviews in turn in a page that they share, each with an element and a still of its own. A page of its own has one that
 * `csp`, `before` or `alone` asks for.
 * @param {{ origin: () => string, newPage: () => Promise<any>, isFirefox?: boolean }} browser
 */
export function reviewsIn({ origin, newPage, isFirefox = false }) {
  /** Until a test fails. @type {ReturnType<typeof driverOf> | undefined} */
  let shared;

  /** @param {string} [csp] @param {() => void} [before] */
  async function openPage(csp, before) {
    const page = await newPage();
    const driver = driverOf(page, isFirefox);
    if (before) await page.addInitScript(before);
    await load(page, origin(), csp);
    return driver;
  }

  /**
   * @param {(driver: ReturnType<typeof driverOf>) => Promise<void>} work
   * @param {Record<string, any>} [options] `before`: runs ahead of all scripts; `prepare`: ahead of the review, which is
   *   the test's to open where `open` is false. The rest is the review's.
   */
  return async function review(
    work,
    {
      csp,
      before,
      alone = false,
      size = { width: 1280, height: 800 },
      scheme = '',
      prepare,
      open = true,
      ...given
    } = {},
  ) {
    const isShared = !csp && !before && !alone;
    const driver = (isShared && shared) || (await openPage(csp, before));
    shared = isShared ? undefined : shared;
    const { page } = driver;
    let isGood = false;
    try {
      await page.bringToFront();
      await (isFirefox ? page.setViewport(size) : page.setViewportSize(size));
      await page.evaluate((scheme) => {
        document.documentElement.style.colorScheme = scheme;
      }, scheme);
      if (prepare) await page.evaluate(prepare);
      if (open) await page.evaluate((given) => reviewLab.open(given), given);
      await work(driver);
      await assertClean(driver);
      isGood = isShared;
    } finally {
      if (isGood) {
        await page.evaluate(() => reviewLab.clear());
        shared = driver;
      } else {
        await page.close();
      }
    }
  };
}

/** The page with the element. @param {string} origin */
async function load(page, origin, csp = STRICT_CSP) {
  await page.goto(`${origin}/?csp=${encodeURIComponent(csp)}&script=/pages/review.js`);
  await page.waitForFunction(() => globalThis.reviewLab);
}

/** No console error, no violation of the policy, no unhandled rejection. */
async function assertClean(driver) {
  const inPage = await driver.evaluate(() => reviewLab.problems);
  assert.deepEqual([...driver.problems, ...inPage], []);
  assert.ok(driver.hearsRequests, 'what the page sends would be told');
}

/** @param {number[]} actual @param {number[]} expected */
export function near(actual, expected, slack = 4) {
  for (const [i, value] of actual.entries()) {
    assert.ok(Math.abs(value - expected[i]) <= slack, `${actual} for ${expected}`);
  }
}
