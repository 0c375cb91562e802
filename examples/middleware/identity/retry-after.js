/** How long Genesys asks to be left alone. */

/**
 * `Retry-After` (RFC 9110, 10.2.3): seconds, or a date, by the clock of whoever has sent both.
 * @param {{ get: (name: string) => string | null }} headers
 * @returns {number | undefined} In milliseconds; `undefined` where it is missing or neither.
 */
export function retryAfterOf(headers) {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return 1000 * Number(text);
  const until = dateOf(text);
  return until === undefined ? undefined : Math.max(0, until - (dateOf(headers.get('date')) ?? Date.now()));
}

/** `Date.parse` alone makes dates of much that is none. @param {string | null} text */
function dateOf(text) {
  const date = / GMT$/.test(text ?? '') ? Date.parse(String(text)) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}
