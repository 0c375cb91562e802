/** The drawer: what the customer, the network and the service do wrong, at the press of a button. */

import { createNetwork } from './network.js';
import { strings } from './strings.js';

/** @typedef {import('./network.js').Way} Way */

const byId = (/** @type {string} */ id) => /** @type {HTMLButtonElement} */ (document.getElementById(id));

/**
 * @param {object} page
 * @param {ReturnType<typeof import('./calls.js').createCalls>} page.calls
 * @param {boolean} page.isGenesys
 * @param {string} page.uploads Where they go.
 * @param {() => void} page.restored The network is as it should be again.
 */
export function createSimulation({ calls, isGenesys, uploads, restored }) {
  const network = createNetwork(uploads);
  const [camera, freeze, share] = ['camera-off', 'freeze', 'share-screen'].map(byId);
  const [change, end] = ['switch-customer', 'end-call'].map(byId);
  const ways = /** @type {[Way, HTMLButtonElement][]} */ (
    ['slow', 'offline', 'failing'].map((way) => [/** @type {Way} */ (way), byId(way)])
  );
  const source = /** @type {HTMLSelectElement} */ (document.getElementById('source'));

  /** @param {HTMLButtonElement} button @param {boolean} on */
  const press = (button, on) => button.setAttribute('aria-pressed', String(on));

  /** @param {HTMLButtonElement} button @param {(on: boolean) => void} apply */
  function toggle(button, apply) {
    button.addEventListener('click', () => {
      const on = button.getAttribute('aria-pressed') !== 'true';
      press(button, on);
      apply(on);
    });
  }

  function follow() {
    const { cameraOff, frozen, sharing } = calls.situation();
    press(camera, cameraOff);
    press(freeze, frozen);
    press(share, sharing);
  }

  toggle(camera, (off) => calls.setCamera(!off));
  toggle(freeze, calls.setFrozen);
  toggle(share, calls.setSharing);
  for (const [way, button] of ways) {
    toggle(button, (on) => {
      for (const [, other] of ways) if (other !== button) press(other, false);
      network.set(on ? way : 'normal');
      if (!on) restored();
    });
  }
  change.hidden = share.hidden = !isGenesys;
  change.addEventListener('click', () => {
    calls.switchCustomer();
    follow();
  });
  end.addEventListener('click', () => {
    if (calls.isOn()) calls.end();
    else calls.answer();
    follow();
  });
  source.value = isGenesys ? 'genesys' : 'stream';
  source.addEventListener('change', () => {
    const query = new URLSearchParams(location.search);
    query.set('source', source.value);
    location.search = String(query);
  });

  return {
    /** @param {import('./calls.js').CallState} state */
    showCall(state) {
      end.textContent = state === 'ended' ? strings.callAgain : strings.endCall;
      end.disabled = state === 'connecting';
      for (const button of [camera, freeze, change, share]) button.disabled = state === 'ended';
    },
  };
}
