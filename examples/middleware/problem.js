/** A refusal: what the client did wrong, as an HTTP status, a code for programs and a sentence for people. */
export class Problem extends Error {
  /**
   * @param {number} statusCode 4xx @param {string} code @param {string} message
   * @param {Record<string, string>} [headers] Beside it.
   */
  constructor(statusCode, code, message, headers = {}) {
    super(message);
    this.name = 'Problem';
    this.statusCode = statusCode;
    this.code = code;
    this.headers = headers;
  }
}
