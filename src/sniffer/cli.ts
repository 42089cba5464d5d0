// The command: arguments in, exit code out. Whatever a run does not need is not loaded, since small files are all
// start-up.
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { isatty } from "node:tty";
import { type CliOptions, type CliSource, decodeArguments } from "./cli-arguments.js";
import { SecretList } from "./finding/secret-search.js";
import { chooseHashing, type Hashing } from "./hashing.js";
import { HELP } from "./help-text.js";
import { LineOutput } from "./line-output.js";
import type { PageRecorder } from "./page/page-recorder.js";
import { readCapture } from "./read-capture.js";
import { JsonReport } from "./report/json-report.js";
import { Progress } from "./report/progress.js";
import type { Report } from "./report/report.js";
import { openStatusLine, type StatusLine } from "./report/status-line.js";
import type { ReportFile } from "./report-file.js";
import { fileError, RunError } from "./run-error.js";
import { readSmallFile } from "./small-file.js";
import { originOf, refuseSameFile, SnifferRun } from "./sniffer-run.js";
import { UsageError } from "./usage-error.js";
import type { LivePage } from "./web/live-page.js";

const EXIT_COULD_NOT_RUN = 1;
const EXIT_USAGE = 2;
/** Every packet is searched for every secret: a larger file was hardly meant. */
const MAX_SECRET_FILE_BYTES = 0x100000;
const STDOUT = 1;
const STDERR = 2;

/** Never throws for what a person or a file can do wrong. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const output = new LineOutput(STDOUT);
  const notes = new LineOutput(STDERR);
  try {
    return await runCommand(argv, output, notes);
  } catch (error) {
    flushQuietly(output);
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    notes.write(`sniffer: ${error instanceof Error ? error.message : String(error)}\n`);
    if (code === EXIT_USAGE) notes.write("sniffer --help shows what there is\n");
    flushQuietly(notes);
    return code;
  }
}

/** There is an error to tell already; that this could not be written is not told as well. */
function flushQuietly(output: LineOutput): void {
  try {
    output.flush();
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
  }
}

function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof UsageError) return EXIT_USAGE;
  if (error instanceof RunError) return EXIT_COULD_NOT_RUN;
  // LiveError by name: its file is only loaded for live runs.
  if (!(error instanceof Error) || error.name !== "LiveError") return undefined;
  return "code" in error && error.code === "bad_address" ? EXIT_USAGE : EXIT_COULD_NOT_RUN;
}

async function runCommand(argv: readonly string[], output: LineOutput, notes: LineOutput): Promise<number> {
  const command = decodeArguments(argv);
  switch (command.kind) {
    case "help":
      output.write(HELP);
      output.flush();
      return 0;
    case "version":
      output.write(`${version()}\n`);
      output.flush();
      return 0;
    case "list": {
      const { describeInterfaces } = await import("./capture/live-interfaces.js");
      output.write(await describeInterfaces());
      output.flush();
      return 0;
    }
    case "guess": {
      const { runGuess } = await import("./guess/guess-run.js");
      return await runGuess(command, output);
    }
    case "completion": {
      const { completionScript } = await import("../completion/completion-script.js");
      const { snifferShape } = await import("./completion-shape.js");
      output.write(completionScript(snifferShape(), command.shell));
      output.flush();
      return 0;
    }
    case "diff": {
      const { runCompare } = await import("./compare/compare-run.js");
      return await runCompare(command, output);
    }
    case "run":
      return await runSniffer(command.options, output, notes);
  }
}

async function runSniffer(options: CliOptions, output: LineOutput, notes: LineOutput): Promise<number> {
  const secrets = options.secretFile === undefined ? undefined : readSecrets(options.secretFile);
  // With -w - the packets own standard output, so the words go where the notes go.
  const words = options.write === "-" ? notes : output;
  const report = await chooseReport(options);
  const hashing = await chooseHashing(options);
  const note = (line: string): void => {
    notes.write(`${secrets?.redact(line) ?? line}\n`);
    notes.flush();
  };
  const status = chooseStatusLine(options);
  // Lines that go elsewhere do not disturb it.
  const onTerminal = isatty(STDOUT) ? [output, notes] : [notes];
  if (status !== undefined) for (const lines of onTerminal) lines.beforeWrite = () => status.hide();
  const needsPages = options.reportFile !== undefined || options.webPort !== undefined;
  const pages = needsPages ? await openPages(options, note) : undefined;
  try {
    const { recorder, web } = pages ?? {};
    const assess = await chooseAssessor(options);
    const parts = { options, report, output: words, secrets, hashing, recorder, assess, held: web?.held };
    const run = new SnifferRun(parts);
    const { code, endedBy, broke } = await carryOut({ options, run, hashing, note, status }, web);
    pages?.file?.write(pages.recorder.model());
    web?.end();
    await web?.stay(endedBy);
    if (broke !== undefined) throw broke;
    return code;
  } finally {
    pages?.file?.discard();
    await pages?.web?.close();
  }
}

/** Who judges handshakes: for pages, and for the verdict of those who look at TLS. */
async function chooseAssessor({ whatIf, reportFile, webPort, tlsAware, json }: CliOptions) {
  const isShown = whatIf || reportFile !== undefined || webPort !== undefined || (tlsAware && !json);
  return isShown ? (await import("./finding/assessment.js")).newAssessor : undefined;
}

interface RunEnd {
  readonly code: number;
  readonly endedBy: NodeJS.Signals | undefined;
  readonly broke?: unknown;
}

interface RunMeans {
  readonly options: CliOptions;
  readonly run: SnifferRun;
  readonly hashing: Hashing;
  readonly note: (line: string) => void;
  readonly status: StatusLine | undefined;
}

async function carryOut(means: RunMeans, web: LivePage | undefined): Promise<RunEnd> {
  const { options, run, hashing, note, status } = means;
  const { source } = options;
  if (source.kind === "file") {
    noteWithoutKeys(means);
    const endedBy = await readCapture(source.path, run, hashing, new Progress(status));
    return { code: run.finish(), endedBy };
  }
  noteMissingKeys(means);
  const { runLive } = await import("./live-run.js");
  const own = web?.withoutOwnTraffic(source) ?? source;
  const { drops, broke, endedBy } = await runLive(own, options, run, note, status);
  status?.hide();
  const code = run.finish(drops);
  // Only now: the file grows while the capture runs.
  noteWithoutKeys(means);
  const { unseenBytes } = run.pipeline;
  if (unseenBytes > 0) note(`${unseenBytes} bytes crossed the wire unseen: ${whyUnseen(run)}`);
  return { code, endedBy, broke };
}

function noteMissingKeys({ options: { keyLogFile }, note }: RunMeans): void {
  if (keyLogFile === undefined || existsSync(keyLogFile)) return;
  note(`${keyLogFile} is not there yet: it is read once it is`);
}

function noteWithoutKeys({ options: { keyLogFile }, run, note }: RunMeans): void {
  if (keyLogFile === undefined || run.pipeline.keyCount > 0) return;
  note(
    `there are no TLS secrets in ${keyLogFile}: it wants the file that SSLKEYLOGFILE or --keylog of the client made`,
  );
}

/** Lines of JSON on the same terminal leave no place for it. */
function chooseStatusLine({ json, format }: CliOptions): StatusLine | undefined {
  const isForPeople = !json && format === "text";
  return isForPeople || !isatty(STDOUT) ? openStatusLine() : undefined;
}

interface Pages {
  readonly recorder: PageRecorder;
  readonly file: ReportFile | undefined;
  readonly web: LivePage | undefined;
}

async function openPages(options: CliOptions, note: (line: string) => void): Promise<Pages> {
  const { source, reportFile, webPort: port, maxMemoryMegabytes } = options;
  const { PageRecorder } = await import("./page/page-recorder.js");
  const recorder = new PageRecorder({ name: nameOf(source), live: source.kind !== "file" });
  const file = reportFile === undefined ? undefined : await openReport(source, reportFile);
  if (port === undefined) return { recorder, file, web: undefined };
  const { LivePage } = await import("./web/live-page.js");
  const web = await LivePage.open({ recorder, port, origin: originOf(options), maxMemoryMegabytes, note });
  return { recorder, file, web };
}

async function openReport(source: CliSource, path: string): Promise<ReportFile> {
  const { ReportFile } = await import("./report-file.js");
  if (source.kind === "file") refuseSameFile(source.path, "--report", path);
  return new ReportFile(path, { losesRights: source.kind !== "file" && process.getuid?.() === 0 });
}

/** As the pages call it. */
function nameOf(source: CliSource): string {
  if (source.kind === "file") return source.path === "-" ? "standard input" : basename(source.path);
  return source.kind === "relay" ? `relay ${source.route}` : (source.interfaceName ?? "the network");
}

function whyUnseen({ pipeline, cutPackets, cutBytes }: SnifferRun): string {
  if (cutPackets === 0) return "the capture lost packets";
  const cut = `${cutPackets} packets were captured in part only`;
  return pipeline.unseenBytes > cutBytes ? `${cut}, others were lost` : cut;
}

async function chooseReport(options: CliOptions): Promise<Report> {
  if (options.json) return new JsonReport();
  if (options.fields !== undefined) {
    const { newFieldsReport } = await import("./export/fields/fields-report.js");
    return newFieldsReport(options.fields);
  }
  if (options.format === "zeek") {
    const { ZeekReport } = await import("./export/zeek-report.js");
    return new ZeekReport(options.logFolder);
  }
  if (options.format === "eve") {
    const { EveReport } = await import("./export/eve-report.js");
    return new EveReport();
  }
  if (options.count) {
    const { CountReport } = await import("./report/count-report.js");
    return new CountReport();
  }
  const { newTextReport } = await import("./report/text-report.js");
  return newTextReport(options, options.write === "-" ? STDERR : STDOUT);
}

function readSecrets(path: string): SecretList {
  let list: SecretList;
  try {
    const bytes = readSmallFile(path, MAX_SECRET_FILE_BYTES);
    if (bytes === undefined) throw new RunError(`the secrets in ${path} are too many: the file may have up to 1 MiB`);
    list = SecretList.decode(bytes);
  } catch (error) {
    throw error instanceof RunError ? error : fileError("read", path, error);
  }
  if (list.count === 0) throw new RunError(`there are no secrets in ${path}: one a line is wanted`);
  return list;
}

function version(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === "object" && parsed !== null && "version" in parsed ? `earshot ${parsed.version}` : "earshot";
}
