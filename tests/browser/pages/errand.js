/** Does what the address names, a module's default export with an argument, and tells what came of it. */
import './lab.js';

const query = new URLSearchParams(location.search);

async function run() {
  const { default: errand } = await import(query.get('module'));
  const result = await errand(JSON.parse(query.get('argument')));
  return { result, problems: lab.problems };
}

run()
  .catch((error) => ({ problems: [`the errand failed: ${error}\n${error.stack}`] }))
  .then((body) => fetch(`/errand?id=${query.get('id')}`, { method: 'POST', body: JSON.stringify(body) }));
