// The report as a file: opened before the run begins, so that a mistake in its name shows at once; written when it ends.
import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import type { PageModel } from "./page/page-model.js";
import { html } from "./page/view/markup.js";
import { type PageScript, renderShell } from "./page/view/page-shell.js";
import { renderReportBody } from "./page/view/report-view.js";
import { readPageScript } from "./page-script.js";
import { fileError } from "./run-error.js";

/** Often written by root, and in folders of others: a link there must not lead it astray. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

export class ReportFile {
  readonly #path: string;
  readonly #fd: number;
  /** Read at once: root's rights may be gone when the run ends. */
  readonly #script = readPageScript();

  /** Throws RunError. */
  constructor(path: string) {
    this.#path = path;
    try {
      // What others said stands in it: it is the owner's to pass on.
      this.#fd = openSync(path, FLAGS, 0o600);
    } catch (error) {
      throw fileError("write", path, error);
    }
  }

  write(model: PageModel): void {
    try {
      writeFileSync(this.#fd, renderReport(model, this.#script));
      closeSync(this.#fd);
    } catch (error) {
      throw fileError("write", this.#path, error);
    }
  }
}

/** The whole page; it needs no network, and runs no script but its own. */
export function renderReport(model: PageModel, script: PageScript | undefined): string {
  return renderShell({
    title: `${model.head.source}: what can be read of it`,
    top: html`what can be read of <b>${model.head.source}</b>`,
    body: renderReportBody(model.head, model.rows),
    script,
    data: { kind: "report", model },
    connect: "'none'",
  });
}
