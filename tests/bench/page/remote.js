/** In browsers that the runner cannot call into: this page asks for what to do, again and again. See exchange.js. */
import * as jobs from './jobs.js';

const bench = { ...jobs };

for (let answer = null; ; ) {
  const response = await fetch('/exchange', { method: 'POST', body: JSON.stringify(answer) });
  const { name, args } = await response.json();
  try {
    answer = { result: await bench[name](...args) };
  } catch (error) {
    answer = { error: `${error}\n${error.stack}` };
  }
}
