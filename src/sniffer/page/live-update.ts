// What the live page is sent a few times a second, as a server-sent event "update".
import type { PageHead, PageRow } from "./page-model.js";

export interface LiveUpdate {
  readonly head: PageHead;
  /** `rows` are all there are: others that the page has are gone. Else they are those that changed. */
  readonly complete: boolean;
  readonly rows: readonly PageRow[];
  /** Ids of rows that made room for others. */
  readonly gone: readonly number[];
  readonly held: HeldCount;
}

/** The packets that can be saved: the latest, as many as there is room for. */
export interface HeldCount {
  readonly packets: number;
  /** Of the file that they would be. */
  readonly bytes: number;
}
