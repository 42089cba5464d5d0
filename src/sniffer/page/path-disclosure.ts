// What a page shows of a path. Links that reset a password, invite or hook carry their secret in it, so a piece that
// nobody would make up to be read is told by its length alone.

/** Between two slashes: 16 characters or more with two digits among them, or more than 64. */
const OPAQUE = "(?=[^\\s?;#/]{16})[^\\s?;#/\\d]*\\d[^\\s?;#/\\d]*\\d|[^\\s?;#/]{65}";

const OPAQUE_SEGMENT = new RegExp(`(?<=/)(?:${OPAQUE})[^\\s?;#/]*`, "g");

/** The pieces that may be shown, as far as the first that may not. */
export const SHOWN_PATH = `(?:/(?!${OPAQUE})[^\\s?;#/]*)`;

export function withoutOpaqueSegments(path: string, lengthOf: (text: string) => string): string {
  return path.replace(OPAQUE_SEGMENT, lengthOf);
}
