// What the live page's addresses give, as of the moment at which they are asked.
import type { ServerResponse } from "node:http";
import type { PageRecorder } from "../page/page-recorder.js";
import { renderLivePage } from "../page/view/live-view.js";
import { type PageScript, pagePolicy } from "../page/view/page-shell.js";
import { renderReport } from "../report-file.js";
import type { HeldCapture, HeldPackets } from "./held-packets.js";
import type { UpdateStreams } from "./update-streams.js";

export interface PageContentParts {
  readonly recorder: PageRecorder;
  readonly held: HeldPackets;
  readonly streams: UpdateStreams;
  /** Read before root's rights are given up. */
  readonly script: PageScript | undefined;
}

const FILES = {
  "/report.html": { type: "text/html; charset=utf-8", extension: "html" },
  "/capture.pcapng": { type: "application/x-pcapng", extension: "pcapng" },
} as const;

export class PageContent {
  readonly #parts: PageContentParts;

  constructor(parts: PageContentParts) {
    this.#parts = parts;
  }

  page(): { page: string; policy: string } {
    const { recorder, held, script } = this.#parts;
    const page = renderLivePage({ head: recorder.head(), rows: recorder.rows(), held: held.count, script });
    return { page, policy: pagePolicy(script, "'self'") };
  }

  follow(response: ServerResponse): void {
    this.#parts.streams.add(response);
  }

  /** JSON; undefined where there is none of it. */
  conversation(id: number): string | undefined {
    const detail = this.#parts.recorder.detail(id);
    return detail && JSON.stringify(detail);
  }

  report(): HeldCapture {
    const { recorder, script } = this.#parts;
    return { pieces: [Buffer.from(renderReport(recorder.model(), script))], release: () => {} };
  }

  capture(): HeldCapture {
    return this.#parts.held.capture();
  }

  /** "earshot-20260102-030405.pcapng", of the time in UTC. */
  fileNames(name: keyof typeof FILES): { type: string; fileName: string } {
    const { type, extension } = FILES[name];
    const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
    return { type, fileName: `earshot-${time}.${extension}` };
  }
}
