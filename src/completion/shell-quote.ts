// A word for bash and zsh, whatever is in it.

/** In quotes that nothing in the text can end. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
