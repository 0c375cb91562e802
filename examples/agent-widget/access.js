/**
 * Who is signed in. The embedded demo gives its page a key by itself; elsewhere the agent enters one, or an access token of
 * Genesys Cloud. It is kept for this tab alone, and goes to the middleware alone.
 */

import { sayRefusal, strings } from './strings.js';

export const ADDRESS = '/api/v1/video-snapshot/';
const KEPT_AS = 'caseframe-key';

/** @typedef {{ agentId: string, role: 'agent' | 'supervisor' | 'admin' }} Agent */

/** @typedef {ReturnType<typeof createAccess>} Access */

/**
 * @param {HTMLFormElement} form With an input and a message.
 * @param {(agent: Agent) => void} renewed Somebody has signed in anew.
 */
export function createAccess(form, renewed) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector('input'));
  const message = /** @type {HTMLElement} */ (form.querySelector('[role=alert]'));
  let key = kept();
  let isSignedIn = false;
  /** @type {Promise<void> | null} */
  let renewing = null;

  /** @returns {Record<string, string>} */
  const headers = () => (key === '' ? {} : { authorization: `Bearer ${key}` });

  /** @param {string} path Below the service's address. @param {RequestInit} init */
  async function request(path, init) {
    try {
      return await fetch(new URL(path, new URL(ADDRESS, location.href)), {
        ...init,
        headers: { ...init.headers, ...headers() },
      });
    } catch {
      throw new Refused(strings.unreachable, 0);
    }
  }

  /**
   * @param {string} path Below the service's address. @param {RequestInit} [init]
   * @returns {Promise<Response>} An answer that is no refusal.
   * @throws {Refused}
   */
  async function ask(path, init = {}) {
    let response = await request(path, init);
    if (response.status === 401 && isSignedIn) {
      await renew();
      response = await request(path, init);
    }
    if (response.ok) return response;
    throw await refusalOf(response);
  }

  /** @returns {Promise<Agent>} */
  async function who() {
    const response = await request('@me', {});
    if (!response.ok) throw await refusalOf(response);
    isSignedIn = true;
    return response.json();
  }

  /** Shows the form until somebody is signed in. @param {string} [why] @returns {Promise<Agent>} */
  function prompt(why = '') {
    message.textContent = why;
    form.hidden = false;
    return new Promise((resolve) => {
      form.addEventListener('submit', async function submit(event) {
        event.preventDefault();
        key = input.value.trim();
        try {
          const agent = await who();
          form.removeEventListener('submit', submit);
          keep(key);
          input.value = '';
          form.hidden = true;
          resolve(agent);
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          message.textContent = error.status === 401 ? strings.keyRefused : error.message;
          input.focus();
        }
      });
    });
  }

  /** The demo's key ends with the demo: its page brings the next one. */
  async function renewOwn() {
    await fetch(location.pathname, { cache: 'no-store' }).catch(() => {});
    await who();
  }

  /**
   * The key is not taken any more, or nobody has entered the next one yet.
   * @throws {Refused} at once, where somebody has to enter one: `renewed` is told.
   */
  async function renew() {
    if (form.hidden && key === '') {
      renewing ??= renewOwn().finally(() => {
        renewing = null;
      });
      try {
        return await renewing;
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 401) throw error;
      }
    }
    if (form.hidden) prompt(strings.keyExpired).then(renewed);
    throw new Refused(strings.keyExpired, 401);
  }

  return {
    ask,
    headers,
    renew,
    isAsking: () => !form.hidden,

    /** Resolves once somebody is signed in. */
    async agent() {
      try {
        return await who();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return prompt(error.status === 401 ? '' : error.message);
      }
    },
  };
}

/** @param {Response} response */
async function refusalOf(response) {
  const answer = await response.json().catch(() => ({}));
  return new Refused(sayRefusal(response.status, answer), response.status, answer);
}

/** What the service has said no to, or that it could not be asked. The message is a sentence for the agent. */
export class Refused extends Error {
  /**
   * @param {string} message @param {number} status 0 where there was no answer.
   * @param {{ deletedAt?: string, reason?: string }} [answer] What else the service has said.
   */
  constructor(message, status, answer = {}) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

/** A frame whose browser keeps nothing for it has the key until it is closed. */
function kept() {
  try {
    return sessionStorage.getItem(KEPT_AS) ?? '';
  } catch {
    return '';
  }
}

/** @param {string} key */
function keep(key) {
  try {
    sessionStorage.setItem(KEPT_AS, key);
  } catch {
    // As above.
  }
}
