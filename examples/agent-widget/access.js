/**
 * Who is signed in. The embedded demo gives its page a key by itself; elsewhere the agent enters one, or an access token of
 * Genesys Cloud. It is kept for this tab alone, and goes to the middleware alone.
 */

import { strings } from './strings.js';

export const ADDRESS = '/api/v1/video-snapshot/';
const KEPT_AS = 'caseframe-key';

/** @typedef {{ agentId: string, role: 'agent' | 'supervisor' | 'admin' }} Agent */

/** @typedef {ReturnType<typeof createAccess>} Access */

/** @param {HTMLFormElement} form With an input and a message. */
export function createAccess(form) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector('input'));
  const message = /** @type {HTMLElement} */ (form.querySelector('[role=alert]'));
  let key = kept();
  /** @type {Promise<Agent> | null} */
  let asking = null;

  /** @returns {Record<string, string>} */
  const headers = () => (key === '' ? {} : { authorization: `Bearer ${key}` });

  /**
   * @param {string} path Below the service's address. @param {RequestInit} [init]
   * @returns {Promise<Response>} An answer that is no refusal.
   * @throws {Refused}
   */
  async function ask(path, init = {}) {
    let response;
    try {
      response = await fetch(new URL(path, new URL(ADDRESS, location.href)), {
        ...init,
        headers: { ...init.headers, ...headers() },
      });
    } catch {
      throw new Refused(strings.unreachable, 0);
    }
    if (response.ok) return response;
    const answer = await response.json().catch(() => ({}));
    throw new Refused(answer.error ?? strings.unreachable, response.status);
  }

  /** @returns {Promise<Agent>} */
  const who = async () => (await ask('@me')).json();

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

  async function find() {
    try {
      return await who();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return prompt(error.status === 401 ? '' : error.message);
    }
  }

  return {
    ask,
    headers,
    /** Resolves once somebody is signed in. */
    agent: () => find(),

    /**
     * The key is not taken any more. Whoever asks meanwhile waits for the same form.
     * @returns {Promise<Agent>}
     */
    renew() {
      asking ??= prompt(strings.keyExpired).finally(() => {
        asking = null;
      });
      return asking;
    },
  };
}

/** What the service has said no to, or that it could not be asked. The message is a sentence for the agent. */
export class Refused extends Error {
  /** @param {string} message @param {number} status 0 where there was no answer. */
  constructor(message, status) {
    super(message);
    this.status = status;
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
