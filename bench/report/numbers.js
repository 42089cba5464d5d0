// Numbers as people read them.

/** Three digits that mean something. */
export function rateText(value) {
  const digits = Math.max(0, Math.floor(Math.log10(value)) - 2);
  return (Math.round(value / 10 ** digits) * 10 ** digits).toLocaleString("en-US");
}

export function ratioText(value) {
  return value >= 20 ? value.toFixed(0) : value >= 2 ? value.toFixed(1) : value.toFixed(2);
}

export function spreadText({ q1, q3 }) {
  return `${rateText(q1)} to ${rateText(q3)}`;
}
