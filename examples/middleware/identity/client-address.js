/** From where a request comes, for limits alone: it proves nothing about whose it is. */

import { isIPv6 } from 'node:net';
import { isLoopback } from '../loopback.js';

/** Whether a proxy stands in front, and passes on what others ask. @param {string | undefined} publicUrl */
export function isBehindProxy(publicUrl) {
  return publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname);
}

/**
 * A proxy adds whom it talks to at the end of `X-Forwarded-For`; what stands before that is anybody's word. Networks of
 * IPv6 are one address each: whoever has one has all of it.
 * @param {Pick<import('fastify').FastifyRequest, 'socket' | 'headers'>} request @param {string | undefined} publicUrl
 */
export function clientAddress({ socket, headers }, publicUrl) {
  const forwarded = isBehindProxy(publicUrl) ? String(headers['x-forwarded-for'] ?? '') : '';
  const address = forwarded.split(',').at(-1)?.trim() || (socket.remoteAddress ?? '');
  // Some proxies add the port as well.
  const [, named = address] = /^(\d+(?:\.\d+){3}):\d+$|^\[(.*)\](?::\d+)?$/.exec(address)?.filter(Boolean) ?? [];
  const plain = named.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIPv6(plain) ? networkOf(plain) : plain;
}

/** @param {string} address Of IPv6. */
function networkOf(address) {
  const [head, tail] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = tail === undefined ? [] : Array(8 - head.length - tail.length).fill('0');
  return `${[...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':')}::/64`;
}
