// Many rounds in a few numbers.

/** Median, quartiles and extremes. */
export function summarize(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share) => {
    const place = share * (sorted.length - 1);
    const low = sorted[Math.floor(place)];
    return low + (sorted[Math.ceil(place)] - low) * (place % 1);
  };
  return { median: at(0.5), q1: at(0.25), q3: at(0.75), min: at(0), max: at(1), rounds: sorted.length };
}

/** The ratio is taken in each round, where both had the same neighbours, and summarized then. */
export function summarizeRatio(values, base) {
  return summarize(values.map((value, round) => value / base[round]));
}

/** The same values in another order, so that no peer always follows the same one. */
export function shuffled(values) {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
