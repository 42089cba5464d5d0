// What a reader of a page's source has: without markup, without entities, in one line.

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

export function decodePage(page: string, between = " "): string {
  return page
    .replace(/<\/?[a-z][^>]*>/g, between)
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES[name] ?? "")
    .replace(/\s+/g, " ")
    .replace(/ :/g, ":");
}
