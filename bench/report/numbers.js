// Numbers as people read them.

/** Three digits that mean something. */
export function rateText(value) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 2);
  return (Math.round(value / unit) * unit).toLocaleString("en-US");
}

/** Two digits: no ratio of a run is truer. */
export function ratioText(value) {
  return value >= 10
    ? String(Math.round(value))
    : value >= 1
      ? value.toFixed(1)
      : value >= 0.1
        ? value.toFixed(2)
        : value.toPrecision(1);
}

export function kibText(bytes) {
  return (bytes / 1024).toFixed(1);
}

/** The middle half of the rounds. */
export function spreadText({ q1, q3 }, text) {
  return `${text(q1)} to ${text(q3)}`;
}
