// The command: arguments in, exit code out. Whatever a run does not need is not loaded, since small files are all
// start-up.
import { readFileSync, statSync } from "node:fs";
import { type CliOptions, decodeArguments, HELP, UsageError } from "./cli-arguments.js";
import { SecretList } from "./finding/secret-search.js";
import { LineOutput } from "./line-output.js";
import { readCapture } from "./read-capture.js";
import { JsonReport } from "./report/json-report.js";
import { Progress } from "./report/progress.js";
import type { Report } from "./report/report.js";
import { fileError, RunError } from "./run-error.js";
import { SnifferRun } from "./sniffer-run.js";

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
  // LiveError by name: its file is only loaded for live runs.
  const known = error instanceof RunError || (error instanceof Error && error.name === "LiveError");
  return known ? EXIT_COULD_NOT_RUN : undefined;
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
    case "run":
      return await runSniffer(command.options, output, notes);
  }
}

async function runSniffer(options: CliOptions, output: LineOutput, notes: LineOutput): Promise<number> {
  const secrets = options.secretFile === undefined ? undefined : readSecrets(options.secretFile);
  // With -w - the packets own standard output, so the words go where the notes go.
  const words = options.write === "-" ? notes : output;
  const report = await chooseReport(options);
  const run = new SnifferRun({ options, report, output: words, secrets });
  const note = (line: string): void => {
    notes.write(`${secrets?.redact(line) ?? line}\n`);
    notes.flush();
  };
  const { source } = options;
  if (source.kind === "file") {
    await readCapture(source.path, run, new Progress());
    return run.finish();
  }
  const { runLive } = await import("./live-run.js");
  await runLive(source, options, run, note);
  const code = run.finish();
  if (run.unseenBytes > 0) note(`${run.unseenBytes} bytes crossed the wire unseen: ${whyUnseen(run)}`);
  return code;
}

function whyUnseen({ unseenBytes, cutPackets, cutBytes }: SnifferRun): string {
  if (cutPackets === 0) return "the capture lost packets";
  const cut = `${cutPackets} packets were captured in part only`;
  return unseenBytes > cutBytes ? `${cut}, others were lost` : cut;
}

async function chooseReport(options: CliOptions): Promise<Report> {
  if (options.json) return new JsonReport();
  const { newTextReport } = await import("./report/text-report.js");
  return newTextReport(options, options.write === "-" ? STDERR : STDOUT);
}

function readSecrets(path: string): SecretList {
  let list: SecretList;
  try {
    if (statSync(path).size > MAX_SECRET_FILE_BYTES) {
      throw new RunError(`the secrets in ${path} are too many: the file may have up to 1 MiB`);
    }
    list = SecretList.decode(readFileSync(path));
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
