// Lines over two logarithmic axes, each named at its end.

const labelGap = 18;
const powers = { 3: "1,000", 4: "10,000", 5: "100,000", 6: "1,000,000", 7: "10,000,000" };

export function linePanel(box, { title, xTitle, series }) {
  const scale = scaleOf(
    box,
    series.flatMap(({ points }) => points),
  );
  return [
    `<text class="title" x="20" y="${box.y - 30}">${title}</text>`,
    grid(box, scale),
    `<text class="small" x="${box.x + box.width / 2}" y="${box.y + box.height + 40}" text-anchor="middle">${xTitle}</text>`,
    ...series.map((one) => line(one, scale)),
    ...labels(series, scale),
  ].join("\n");
}

function scaleOf({ x, y, width, height }, points) {
  const xs = [...new Set(points.map((point) => point.x))].sort((left, right) => left - right);
  const lowest = Math.min(...points.map((point) => point.y));
  const highest = Math.max(...points.map((point) => point.y));
  const first = Math.log10(lowest) - 0.1;
  const last = Math.log10(highest) + 0.1;
  return {
    xs,
    first,
    last,
    // Evenly spaced: 1, 16, 128 and 1,024 are nearly so by logarithm.
    atX: (value) => x + (xs.indexOf(value) / (xs.length - 1)) * width,
    atY: (value) => y + height - ((Math.log10(value) - first) / (last - first)) * height,
  };
}

function grid({ x, y, width, height }, { xs, first, last, atX, atY }) {
  const parts = [];
  for (let power = Math.ceil(first); power <= last; power += 1) {
    const level = atY(10 ** power).toFixed(1);
    parts.push(`<line class="grid" x1="${x}" x2="${x + width}" y1="${level}" y2="${level}"/>`);
    parts.push(
      `<text class="small" x="${x - 14}" y="${(Number(level) + 4).toFixed(1)}" text-anchor="end">${powers[power] ?? 10 ** power}</text>`,
    );
  }
  for (const value of xs) {
    const text = value.toLocaleString("en-US");
    parts.push(`<text class="small" x="${atX(value)}" y="${y + height + 20}" text-anchor="middle">${text}</text>`);
  }
  return parts.join("\n");
}

function line({ kind, points }, { atX, atY }) {
  const places = points.map(({ x, y }) => [atX(x).toFixed(1), atY(y).toFixed(1)]);
  const dots = places.map(([x, y]) => `<circle class="dot ${kind}" cx="${x}" cy="${y}" r="3.5"/>`);
  return [
    `<polyline class="line ${kind}" points="${places.map((place) => place.join(",")).join(" ")}"/>`,
    ...dots,
  ].join("\n");
}

/** Behind the last point, pushed apart where two would touch. */
function labels(series, { atX, atY }) {
  const placed = series
    .map(({ kind, label, points }) => ({ kind, label, x: atX(points.at(-1).x), y: atY(points.at(-1).y) }))
    .sort((left, right) => left.y - right.y);
  for (let index = 1; index < placed.length; index += 1) {
    placed[index].y = Math.max(placed[index].y, placed[index - 1].y + labelGap);
  }
  return placed.map(({ kind, label, x, y }) => {
    const own = kind === "ours" ? " own" : "";
    return `<text class="label ${kind}${own}" x="${(x + 14).toFixed(1)}" y="${(y + 4).toFixed(1)}">${label}</text>`;
  });
}
