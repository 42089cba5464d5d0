// Makes text that came from a server or a file safe to show: a terminal obeys control characters.

/** `text` with control and bidirectional-override characters replaced by "?", cut to `maxLength` UTF-16 units. */
export function printableText(text: string, maxLength = 300): string {
  const shown = text.replace(UNSAFE, "?");
  return shown.length > maxLength ? `${shown.slice(0, maxLength)}…` : shown;
}

// Cc and Cf hold ESC, C1 controls and the overrides that reorder a line; U+2028 and U+2029 break one.
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
