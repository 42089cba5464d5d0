// Horizontal bars on a linear scale, each with its name above it and its value behind it.

const rowHeight = 38;
const barHeight = 10;
/** For the value behind the longest bar. */
const valueWidth = 56;

export function barPanel({ x, y, width }, { title, bars }) {
  const most = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map(({ kind, label, value, text }, index) => {
    const top = y + index * rowHeight;
    const length = Math.max(2, (value / most) * (width - valueWidth));
    const own = kind === "ours" ? " own" : "";
    return [
      `<text class="label ${kind}${own}" x="${x}" y="${top + 8}">${label}</text>`,
      `<rect class="bar ${kind}" x="${x}" y="${top + 14}" width="${length.toFixed(1)}" height="${barHeight}" rx="3"/>`,
      `<text class="small" x="${(x + length + 8).toFixed(1)}" y="${top + 23}">${text}</text>`,
    ].join("\n");
  });
  return [`<text class="title" x="${x}" y="${y - 30}">${title}</text>`, ...rows].join("\n");
}
