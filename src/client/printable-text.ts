// Makes text that came from a server or a file safe to show: a terminal obeys control characters.

/** `text` with control and bidirectional-override characters replaced by "?", cut to `maxLength` UTF-16 units. */
export function printableText(text: string, maxLength = 300): string {
  const shown = text.replace(UNSAFE, "?");
  return shown.length > maxLength ? `${shown.slice(0, maxLength)}…` : shown;
}

/** `json` with the same characters as JSON escapes: it still means the same. Its own line ends stay. */
export function printableJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (characters) =>
    [...Array(characters.length).keys()]
      .map((at) => `\\u${characters.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

// Cc and Cf hold ESC, C1 controls and the overrides that reorder a line; U+2028 and U+2029 break one.
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
// JSON.stringify escapes those of ASCII by itself, but for DEL.
const UNSAFE_IN_JSON = /[\x7f-\x9f\p{Cf}\u2028\u2029]/gu;
