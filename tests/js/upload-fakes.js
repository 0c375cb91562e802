/**
 * A world for uploaders: a clock that is turned by hand, a disk that all tabs share, a network, a server that files
 * pictures by their idempotency key, and tabs that crash or freeze at any moment.
 */
import { setImmediate } from 'node:timers/promises';
import { createMemoryStore } from '../../js/upload/memory.js';
import { parseOptions } from '../../js/upload/options.js';
import { createUploaderIn } from '../../js/upload/uploader.js';

const START = Date.parse('2026-11-26T09:00:00Z');
const never = () => new Promise(() => {});

/** Time that passes only when it is told to. */
export function createFakeClock() {
  let elapsed = 0;
  let offset = 0;
  /** @type {{ at: number, run: () => void }[]} */
  let timers = [];

  /** How many steps of the disk and the locks are under way. */
  let underWay = 0;

  /** A step that takes no time, but not none of the event loop. */
  async function step() {
    underWay += 1;
    await setImmediate();
    underWay -= 1;
  }

  /** Lets everything happen that needs no time. */
  async function settled() {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      await setImmediate();
      if (underWay > 0) quiet = 0;
    }
  }

  return {
    now: () => START + elapsed + offset,
    elapsed: () => elapsed,
    /** @param {number} ms @param {() => void} run */
    after(ms, run) {
      const timer = { at: elapsed + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    /** What an agent or a time server does to the wall's clock. @param {number} ms */
    step(ms) {
      offset += ms;
    },
    turn: step,
    settled,
    /** @param {number} ms @param {() => boolean} [isEnough] Looked at after each timer. */
    async advance(ms, isEnough = () => false) {
      const end = elapsed + ms;
      await settled();
      while (!isEnough()) {
        const next = timers.reduce((first, timer) => (timer.at < first.at ? timer : first), { at: Infinity, run() {} });
        if (next.at > end) break;
        timers = timers.filter((timer) => timer !== next);
        elapsed = Math.max(elapsed, next.at);
        next.run();
        await settled();
      }
      if (!isEnough()) elapsed = end;
    },
  };
}

/** @typedef {ReturnType<typeof createFakeClock>} FakeClock */

/**
 * @typedef {object} Answer What the server does with one request. Without `status` no answer arrives.
 * @property {boolean} [store] Default: as `status` says.
 * @property {number} [status]
 * @property {any} [body]
 * @property {string} [retryAfter]
 * @property {number} [sendMs] Until the whole body has arrived.
 * @property {number} [answerMs] From then to the answer; Infinity: never.
 */

/**
 * @param {object} [options]
 * @param {(request: { id: string, agentId: string, tries: number, headers: Record<string, string> }) => Answer} [options.behave]
 * @param {() => number} [options.random]
 * @param {(tab: Tab, work: 'transact' | 'picture' | 'receipt') =>
 *   Error | undefined | Promise<Error | undefined>} [options.diskFault]
 * @param {boolean} [options.hasLocks]
 */
export function createWorld({ behave = () => ({ status: 200 }), random = () => 1, diskFault, hasLocks = true } = {}) {
  const clock = createFakeClock();
  const disk = createMemoryStore(clock);
  /** @type {Map<string, { owner: Tab, release: () => void }>} */
  const locks = new Map();
  /** May be changed at any time. `isFull`: the disk takes no more pictures. */
  const faults = { behave, diskFault, isFull: false };

  const server = {
    /** In the order of their arrival. @type {{ id: string, agentId: string, interactionId: string, data: string }[]} */
    filed: [],
    /** Tries that reached it, by id. @type {Map<string, number>} */
    tries: new Map(),
    repeats: 0,
    /** @type {Set<string>} */
    processing: new Set(),
  };
  /** The tries that tabs have under way. @type {Set<{ id: string, tab: Tab }>} */
  const sends = new Set();
  /** @type {string[]} */
  const broken = [];

  /** What came onto the disk, in that order; once for each time it was tried. @type {string[]} */
  const stored = [];
  /** @type {Tab[]} */
  const tabs = [];

  /** @param {Tab} tab @returns {Promise<void>} Passes where the tab lives: not after a crash, not while it is frozen. */
  async function gate(tab) {
    await clock.turn();
    while (tab.frozen && !tab.dead) await new Promise((resolve) => tab.thawing.push(resolve));
    if (tab.dead) await never();
  }

  /** @param {Tab} tab */
  function clockOf(tab) {
    return {
      now: clock.now,
      elapsed: clock.elapsed,
      /** @param {number} ms @param {() => void} run */
      after(ms, run) {
        let wanted = true;
        const cancel = clock.after(ms, () => {
          if (tab.frozen) tab.thawing.push(() => wanted && !tab.dead && run());
          else if (!tab.dead) run();
        });
        return () => {
          wanted = false;
          cancel();
        };
      },
    };
  }

  /** @param {Tab} tab @returns {import('../../js/upload/indexeddb.js').Database} */
  function diskOf(tab) {
    /** @type {number | undefined} */
    let generation;
    /** By what lies on the disk, what the tab knows of it: read once, as in IndexedDB. @type {WeakMap<object, any>} */
    const known = new WeakMap();
    /** @param {any} stored */
    function read(stored) {
      if (!known.has(stored)) known.set(stored, structuredClone(stored));
      return known.get(stored);
    }
    /** A copy, or a DataCloneError. @template T @param {T} value @returns {T} */
    function write(value) {
      const stored = structuredClone(value);
      if (stored) known.set(/** @type {any} */ (stored), value);
      return stored;
    }
    /** @template T @param {'transact' | 'picture' | 'receipt'} kind @param {() => Promise<T>} work */
    async function reach(kind, work) {
      await gate(tab);
      const fault = await faults.diskFault?.(tab, kind);
      if (fault) throw fault;
      const result = await work();
      await gate(tab); // It is done, and the tab may never hear of it.
      return result;
    }
    return {
      // What it gives are copies, as a database's.
      transact: (change, strict) =>
        reach('transact', () =>
          disk.transact((items, to) => {
            let bytes = 0;
            const put = (/** @type {any} */ item, /** @type {ArrayBuffer | undefined} */ data) => {
              bytes += data?.byteLength ?? 0;
              if (data) stored.push(item.id);
              to.put(write(item), data);
            };
            const remove = (/** @type {string} */ id, /** @type {any} */ delivered) => to.remove(id, write(delivered));
            const result = change(items.map(read), { put, remove });
            generation = world.clearings;
            // As in browsers, it shows when everything is to be written.
            if (faults.isFull && bytes > 0) throw new DOMException('full', 'QuotaExceededError');
            return result;
          }, strict),
        ),
      picture: (id) => reach('picture', () => disk.picture(id)),
      receipt: (id) => reach('receipt', () => disk.receipt(id)),
      key: never,
      generation: () => generation,
      close() {},
    };
  }

  /** @param {Tab} tab */
  function locksOf(tab) {
    /** @param {string} name @param {{ ifAvailable?: boolean }} options @param {(lock: object | null) => any} callback */
    async function request(name, options, callback) {
      await gate(tab);
      while (locks.has(name)) {
        if (options.ifAvailable) return callback(null);
        await new Promise((resolve) => clock.after(10, () => resolve(undefined)));
      }
      const held = { owner: tab, release: () => locks.delete(name) };
      locks.set(name, held);
      try {
        return await callback({});
      } finally {
        if (locks.get(name) === held) locks.delete(name);
      }
    }
    return /** @type {any} */ ({ request });
  }

  /** @param {Tab} tab @returns {import('../../js/upload/uploader.js').Environment['post']} */
  function postOf(tab) {
    return ({ item, data, headers, signal, stallMs, answerMs, clock: time, onProgress, onSent }) =>
      new Promise((resolve) => {
        const { id, agentId } = item;
        const send = { id, tab };
        for (const other of sends) {
          if (other.id === id && !other.tab.dead && !other.tab.hasBeenFrozen) broken.push(`two sends of ${id} at once`);
        }
        if (item.agentId !== tab.agentId) broken.push(`${id} was sent as ${tab.agentId}`);
        sends.add(send);
        const tries = (server.tries.get(id) || 0) + 1;
        server.tries.set(id, tries);
        const answer = faults.behave({ id, agentId, tries, headers });
        const { status, body, retryAfter, sendMs = 1, answerMs: thinkMs = 1 } = answer;
        const ends = [
          time.after(sendMs, () => {
            onProgress(data.byteLength, data.byteLength);
            onSent();
          }),
          // Whatever becomes of the tab: what has arrived is processed.
          () => {},
        ];
        /** @param {import('../../js/upload/retry.js').Outcome} outcome */
        const end = (outcome) => {
          for (const cancel of ends) cancel();
          sends.delete(send);
          if (!tab.dead) resolve(outcome);
        };
        signal.addEventListener('abort', () => end({ reason: 'network' }));
        if (sendMs > stallMs) ends.push(time.after(stallMs, () => end({ reason: 'stalled' })));
        else if (thinkMs > answerMs) ends.push(time.after(sendMs + answerMs, () => end({ reason: 'unanswered' })));
        clock.after(sendMs, () => {
          if (sendMs > stallMs) return;
          let outcome = { status, code: body?.code, error: body?.error, retryAfter };
          const wantsToStore = answer.store ?? status === 200;
          if (wantsToStore && server.processing.has(id)) outcome = { ...outcome, status: 409, code: 'in-progress' };
          else if (wantsToStore) {
            server.processing.add(id);
            clock.after(Math.min(thinkMs, 5000), () => {
              server.processing.delete(id);
              if (server.filed.some((filed) => filed.id === id)) server.repeats += 1;
              else {
                const { interactionId } = item;
                server.filed.push({ id, agentId, interactionId, data: Buffer.from(data).toString() });
              }
            });
          }
          if (thinkMs > answerMs) return;
          ends.push(
            time.after(thinkMs, () => {
              if (outcome.status === undefined) return end({ reason: 'network' });
              const receipt = { success: true, id, url: `/${id}`, sha256: item.sha256, annotation: 'queued' };
              end(outcome.status === 200 && !body ? { status: 200, receipt: /** @type {any} */ (receipt) } : outcome);
            }),
          );
        });
      });
  }

  const world = {
    clock,
    disk,
    /** How often the disk's database was made anew. */
    clearings: 0,
    server,
    faults,
    broken,
    stored,
    tabs,

    /** @param {Partial<import('../../js/upload/options.js').UploaderOptions>} [options] @param {{ database?: boolean }} [how] */
    open(options = {}, { database = true } = {}) {
      const settings = parseOptions({ url: 'https://example.test/upload', agentId: 'ann', ...options });
      /** @type {Tab} */
      const tab = {
        agentId: settings.agentId,
        dead: false,
        frozen: false,
        hasBeenFrozen: false,
        hidden: false,
        thawing: [],
        events: [],
        wake() {},
        crash() {
          tab.dead = true;
          for (const [name, held] of locks) if (held.owner === tab) locks.delete(name);
          for (const send of sends) if (send.tab === tab) sends.delete(send);
        },
        freeze() {
          tab.frozen = tab.hasBeenFrozen = tab.hidden = true;
        },
        thaw() {
          tab.frozen = tab.hidden = false;
          for (const resume of tab.thawing.splice(0)) resume();
          tab.wake();
        },
        uploader: /** @type {any} */ (undefined),
      };
      tab.uploader = createUploaderIn(settings, {
        clock: clockOf(tab),
        random,
        owner: `tab-${tabs.length}`,
        locks: hasLocks ? locksOf(tab) : undefined,
        database: settings.database && database ? diskOf(tab) : undefined,
        post: postOf(tab),
        isHidden: () => tab.hidden,
        listen(wake) {
          tab.wake = wake;
          return () => {
            tab.wake = () => {};
          };
        },
      });
      for (const type of /** @type {const} */ (['queued', 'progress', 'sent', 'delivered', 'failed', 'warning'])) {
        tab.uploader.on(type, (event) => tab.events.push({ type, ...event }));
      }
      tabs.push(tab);
      return tab;
    },
  };
  return world;
}

/**
 * @typedef {object} Tab
 * @property {string} agentId
 * @property {boolean} dead
 * @property {boolean} frozen
 * @property {boolean} hasBeenFrozen
 * @property {boolean} hidden
 * @property {((value?: any) => void)[]} thawing
 * @property {any[]} events
 * @property {() => void} wake
 * @property {() => void} crash
 * @property {() => void} freeze
 * @property {() => void} thaw
 * @property {import('../../js/upload/uploader.js').Uploader} uploader
 */

/**
 * A snapshot whose picture is its own id.
 * @param {string} id @param {string | null} [interactionId]
 */
export function fakeSnapshot(id, interactionId = 'case-1') {
  return {
    id,
    // A real Blob is read on another thread, in nobody's time.
    blob: /** @type {any} */ ({ size: id.length, type: 'image/jpeg', arrayBuffer: async () => bytesOf(id) }),
    sha256: Buffer.from(id).toString('hex').padEnd(64, '0').slice(0, 64),
    capturedAt: '2026-11-26T09:00:00.123Z',
    interactionId,
    participantId: null,
    width: 640,
    height: 360,
    sourceKind: 'camera',
    frame: { method: 'video-frame', ageMs: 3 },
    redactions: [],
  };
}

/** @param {string} text */
function bytesOf(text) {
  const { buffer, byteOffset, byteLength } = new TextEncoder().encode(text);
  return /** @type {ArrayBuffer} */ (buffer.slice(byteOffset, byteOffset + byteLength));
}

/** How a promise ended, or 'pending'. @param {ReturnType<typeof createWorld>} world @param {Promise<any>} promise */
export async function outcome(world, promise) {
  /** @type {any} */
  let ended = 'pending';
  promise.then(
    (value) => {
      ended = value;
    },
    (error) => {
      ended = error;
    },
  );
  await world.clock.settled();
  return ended;
}

/** @param {Tab} tab @param {string} type */
export const eventsOf = (tab, type) => tab.events.filter((event) => event.type === type);
