/** Names and addresses that only this machine answers to. */

import { isIPv4 } from 'node:net';

/** @param {string} host As in an address bar: IPv6 with or without brackets. */
export function isLoopback(host) {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}
