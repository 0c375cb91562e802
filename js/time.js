/** Dates as text. */

/** ISO 8601 as RFC 3339 narrows it. */
const TIME = /^(?!0000)\d{4}-\d\d-\d\dT([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

/**
 * A date and time with its offset, such as 2026-11-22T10:20:30.456+01:00.
 * @param {unknown} value @returns {value is string}
 */
export function isTime(value) {
  if (typeof value !== 'string' || !TIME.test(value)) return false;
  // The 30th of February is none to one engine, and the 2nd of March to another.
  const day = value.slice(0, 10);
  return String(new Date(day).toJSON()).startsWith(day);
}
