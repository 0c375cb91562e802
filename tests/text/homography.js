/** The projective map that four points have in common with four others (Heckbert 1989, section 2.2.3): eight unknowns. */

/** @param {number[][]} from @param {number[][]} to @returns {(x: number, y: number) => [number, number]} */
export function homography(from, to) {
  const rows = from.flatMap(([x, y], i) => [
    [x, y, 1, 0, 0, 0, -x * to[i][0], -y * to[i][0], to[i][0]],
    [0, 0, 0, x, y, 1, -x * to[i][1], -y * to[i][1], to[i][1]],
  ]);
  const [a, b, c, d, e, f, g, h] = solve(rows);
  return (x, y) => {
    const w = g * x + h * y + 1;
    return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
  };
}

/** Gauss and Jordan, with pivots. @param {number[][]} rows Each with its right side; altered. */
function solve(rows) {
  for (let i = 0; i < rows.length; i++) {
    let pivot = i;
    for (let j = i; j < rows.length; j++) if (Math.abs(rows[j][i]) > Math.abs(rows[pivot][i])) pivot = j;
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let j = 0; j < rows.length; j++) {
      if (j === i) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= rows.length; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return rows.map((row, i) => row[rows.length] / row[i]);
}
