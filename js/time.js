/** Dates as text. */

/** ISO 8601 as RFC 3339 narrows it. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/**
 * A date and time with its offset, such as 2026-11-22T10:20:30.456+01:00, of a day that the calendar has.
 * @param {unknown} value @returns {value is string}
 */
export function isTime(value) {
  const [, year, month, day] = (typeof value === 'string' && TIME.exec(value)) || [];
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return Number(year) > 0 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
