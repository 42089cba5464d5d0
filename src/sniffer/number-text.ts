// Numbers as people read them.

/** "7,217,628": whole, in groups of three digits. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 byte", "7,217,628 bytes". */
export function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "517 bytes", "4.0 KB", "1.2 MB" of 1000. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return counted(bytes, "byte");
  const [scale, unit] = bytes < 1e6 ? [1e3, "KB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  const value = bytes / (scale as number);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
