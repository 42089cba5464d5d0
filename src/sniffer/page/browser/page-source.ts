// Where the page has its details from: the report carries them, the live page asks the sniffer.
import type { PageDetail, PageModel } from "../page-model.js";

/** What stands in the page as JSON. */
export type PageData = { readonly kind: "report"; readonly model: PageModel } | { readonly kind: "live" };

export interface PageSource {
  detail(id: number): Promise<PageDetail | undefined>;
}

export function sourceOf(data: PageData): PageSource {
  if (data.kind === "live") return { detail: fetchDetail };
  const details = new Map(data.model.details.map((detail) => [detail.row.id, detail]));
  return { detail: async (id) => details.get(id) };
}

/** Beside the page's own address, whose last part is the token that lets in. Undefined also where nobody answers. */
async function fetchDetail(id: number): Promise<PageDetail | undefined> {
  try {
    const response = await fetch(`conversation/${id}`);
    return response.ok ? ((await response.json()) as PageDetail) : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
