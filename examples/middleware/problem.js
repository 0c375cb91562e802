/** A refusal: an HTTP status, a code for programs and a sentence for people. */
export class Problem extends Error {
  /**
   * @param {number} statusCode @param {string} code @param {string} message
   * @param {Record<string, string>} [headers] Beside it. @param {Record<string, unknown>} [details] Beside error and code.
   */
  constructor(statusCode, code, message, headers = {}, details = {}) {
    super(message);
    this.name = 'Problem';
    this.statusCode = statusCode;
    this.code = code;
    this.headers = headers;
    this.details = details;
  }
}
