/** Rows of `size` scores to rows that add up to 1. Cells that the mask hides get 0; without a mask none is hidden. */
export function softmax(scores, size, mask) {
  const weights = new Float32Array(scores.length);
  const row = new Float64Array(size);
  for (let start = 0; start < scores.length; start += size) {
    const place = start % (size * size);
    let peak = -Infinity;
    for (let k = 0; k < size; k++) if (!mask || mask[place + k]) peak = Math.max(peak, scores[start + k]);
    let sum = 0;
    for (let k = 0; k < size; k++) sum += row[k] = !mask || mask[place + k] ? Math.exp(scores[start + k] - peak) : 0;
    for (let k = 0; k < size; k++) weights[start + k] = row[k] / sum;
  }
  return weights;
}
