/** What came of it, as Markdown: medians of turns, in which all contestants took part one after the other. */

/** @typedef {{ name: string, group: string, turns: { seconds: number, uploads: number, latencies: number[], rss: number }[] }} Result */

/** @param {number[]} values @param {number} share 0..1 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** @param {Result} result */
function figures({ turns }) {
  const latencies = turns.flatMap(({ latencies }) => latencies);
  return {
    perSecond: quantile(
      turns.map(({ uploads, seconds }) => uploads / seconds),
      0.5,
    ),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    uploads: latencies.length,
    first: turns[0].rss,
    last: /** @type {Result['turns'][0]} */ (turns.at(-1)).rss,
  };
}

/** @param {Result[]} results */
export function report(results) {
  const lines = [
    '| | uploads/s | × the guide’s | p50 | p99 | p99 / p50 | uploads | RSS after the first turn | after the last |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|',
  ];
  for (const result of results) {
    const { perSecond, p50, p99, uploads, first, last } = figures(result);
    const guide = figures(/** @type {Result} */ (results.find(({ group }) => group === result.group))).perSecond;
    lines.push(
      `| ${result.name} | ${perSecond.toFixed(1)} | ${(perSecond / guide).toFixed(2)} | ${p50.toFixed(0)} ms | ${p99.toFixed(0)} ms | ` +
        `${(p99 / p50).toFixed(1)} | ${uploads} | ${first.toFixed(0)} MiB | ${last.toFixed(0)} MiB |`,
    );
  }
  return lines.join('\n');
}

/** What so many agents need, if each takes so many pictures in an hour, all of them in the busiest one. @param {number} perSecond Of one instance. */
export function forAgents(perSecond, { agents = 10_000, perHour = 12, peak = 3, share = 0.5 } = {}) {
  const average = (agents * perHour) / 3600;
  const needed = average * peak;
  return { average, needed, instances: Math.ceil(needed / (perSecond * share)), agents, perHour, peak, share };
}
