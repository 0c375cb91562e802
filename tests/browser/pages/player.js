/** Plays the situations that the address names, some at once, and reports what each came to. */
import './lab.js';

const query = new URLSearchParams(location.search);
const post = (path, body) => fetch(`${path}?play=${query.get('play')}`, { method: 'POST', body: JSON.stringify(body) });

async function start() {
  // After the laboratory: both build on it.
  const [{ createStage }, { situations }] = await Promise.all([import('./stage.js'), import('./situations.js')]);
  const rows = JSON.parse(query.get('rows'));
  const capture = JSON.parse(query.get('capture'));
  const hide = async () => {
    await post('/hide');
    while (!document.hidden) await lab.sleep(20);
  };

  async function playNext() {
    for (let row = rows.shift(); row !== undefined; row = rows.shift()) {
      const stage = createStage({ capture, hide });
      const report = { row, failure: undefined, outcome: undefined };
      try {
        report.outcome = await situations[row].play(stage);
      } catch (error) {
        report.failure = `${error}\n${error.stack}`;
      }
      await stage.clear();
      await post('/report', report);
    }
  }
  await Promise.all(Array.from({ length: Number(query.get('atOnce')) }, playNext));
  // A worker that is told to go zeroes its memory first.
  for (let i = 0; i < 60 && lab.workers() > 0; i++) await lab.sleep(50);
  await post('/report', {
    done: true,
    problems: lab.problems,
    left: { workers: lab.workers(), elements: document.querySelectorAll('video, canvas, iframe').length },
  });
}

start().catch((error) => post('/report', { done: true, problems: [`the player failed: ${error}\n${error.stack}`] }));
