// Makes text that came from elsewhere safe for a terminal and a log, which obey control characters.

/** Cc and Cf hold ESC, C1 controls and the overrides that reorder a line; U+2028 and U+2029 break one. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** With "?" in the place of what is not to be shown, cut to `maxLength` UTF-16 units. */
export function printableText(text: string, maxLength: number): string {
  const shown = text.replace(UNSAFE, "?");
  return shown.length > maxLength ? `${shown.slice(0, maxLength - 1)}…` : shown;
}
