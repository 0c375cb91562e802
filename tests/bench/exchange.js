/**
 * Calls into a page of a browser that offers no way in: the page asks for its next call and brings the last one's answer
 * along (page/remote.js).
 */

/**
 * @typedef {object} Exchange
 * @property {import('node:http').RequestListener} handle POST, by the page.
 * @property {import('./rounds.js').Bench} call One at a time.
 * @property {() => void} reset The page is gone; another will come.
 */

/** @returns {Exchange} */
export function createExchange() {
  let arrival, arrived, answered;
  const reset = () => {
    arrival = new Promise((resolve) => {
      arrived = resolve;
    });
  };
  reset();
  return {
    reset,
    async handle(request, response) {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      if (answered) answered(JSON.parse(body));
      arrived(response);
    },
    async call(name, ...args) {
      const response = await arrival;
      reset();
      const answer = new Promise((resolve) => {
        answered = resolve;
      });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name, args }));
      const { result, error } = await answer;
      answered = undefined;
      if (error) throw new Error(error);
      return result;
    },
  };
}
