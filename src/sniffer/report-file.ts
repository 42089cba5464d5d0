// The report as a file: opened before the run begins, so that a mistake in its name shows at once; it takes its place when
// it is whole, and what stood there before stays until then.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { PageModel } from "./page/page-model.js";
import { html } from "./page/view/markup.js";
import { type PageScript, renderShell } from "./page/view/page-shell.js";
import { renderReportBody } from "./page/view/report-view.js";
import { readPageScript } from "./page-script.js";
import { fileError } from "./run-error.js";

/** Often written by root, and in folders of others: a link there must not lead it astray. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
/** What others said stands in it: it is the owner's to pass on. */
const MODE = 0o600;

export class ReportFile {
  readonly #path: string;
  /** Undefined where it is written in its place: a device, and where the rights to rename it may be gone by then. */
  readonly #beside: string | undefined;
  readonly #fd: number;
  /** The place was empty. */
  readonly #isNew: boolean;
  /** Read at once: root's rights may be gone when the run ends. */
  readonly #script = readPageScript();
  #isDone = false;
  readonly #exit = (): void => this.discard();

  /** `losesRights`: the process becomes another user on the way. Throws RunError. */
  constructor(path: string, { losesRights }: { losesRights: boolean }) {
    this.#path = path;
    try {
      const before = lstatSync(path, { throwIfNoEntry: false });
      this.#isNew = before === undefined;
      // Whether it may be written: its folder's rights, which renaming asks for, are not its own.
      if (before?.isFile() === true) closeSync(openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW));
      const isPlain = before === undefined || before.isFile();
      this.#beside = isPlain && !losesRights ? nameBeside(path) : undefined;
      this.#fd =
        this.#beside === undefined
          ? openSync(path, FLAGS, MODE)
          : openSync(this.#beside, FLAGS | constants.O_EXCL, MODE);
    } catch (error) {
      throw fileError("write", path, error);
    }
    // A second Ctrl-C ends the process where it is.
    process.once("exit", this.#exit);
  }

  write(model: PageModel): void {
    try {
      const page = renderReport(model, this.#script);
      if (this.#beside === undefined && !this.#isNew) emptied(this.#fd);
      writeFileSync(this.#fd, page);
      closeSync(this.#fd);
      if (this.#beside !== undefined) renameSync(this.#beside, this.#path);
      this.#isDone = true;
    } catch (error) {
      throw fileError("write", this.#path, error);
    }
  }

  /** Takes back what was not written to its end. */
  discard(): void {
    process.off("exit", this.#exit);
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#beside === undefined && !this.#isNew) return;
    try {
      rmSync(this.#beside ?? this.#path, { force: true });
    } catch {
      // The rights are gone: an empty file is left.
    }
  }
}

/** In the same folder, so that it can take its place at once. */
function nameBeside(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString("hex")}`);
}

function emptied(fd: number): void {
  if (fstatSync(fd).isFile()) ftruncateSync(fd);
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
