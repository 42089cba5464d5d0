// `sniffer --guess`: reads captures with their labels, and says what can be guessed of each.
import { basename } from "node:path";
import { decodeArguments } from "../cli-arguments.js";
import type { GuessEvent } from "../event.js";
import { chooseHashing } from "../hashing.js";
import type { LineOutput } from "../line-output.js";
import { readCapture } from "../read-capture.js";
import { Progress } from "../report/progress.js";
import { fileError, RunError } from "../run-error.js";
import { readSmallFile } from "../small-file.js";
import { SnifferRun } from "../sniffer-run.js";
import { guessExchanges } from "./guess.js";
import { decodeLabels, type GuessLabels } from "./guess-labels.js";
import { guessText } from "./guess-text.js";
import { ExchangeWatch } from "./seen-exchange.js";

export interface GuessOptions {
  /** Captures; each has its labels beside it. */
  readonly files: readonly string[];
  readonly json: boolean;
}

const MAX_LABEL_FILE_BYTES = 0x1000000;
const EXIT_FINE = 0;
const EXIT_DAMAGED = 4;

/** Returns the exit code. Throws RunError. */
export async function runGuess({ files, json }: GuessOptions, output: LineOutput): Promise<number> {
  const guesses: GuessEvent[] = [];
  let isDamaged = false;
  for (const file of files) {
    const labels = readLabels(labelFile(file));
    const { watch, damaged } = await watchCapture(file, output);
    isDamaged ||= damaged;
    const guess = guessExchanges(basename(file), labels, watch.conversations);
    guesses.push(guess);
    if (json) output.write(`${JSON.stringify(guess)}\n`);
  }
  if (!json) output.write(guessText(guesses));
  output.flush();
  return isDamaged ? EXIT_DAMAGED : EXIT_FINE;
}

/** x.pcapng has its labels in x.labels.json. */
function labelFile(capture: string): string {
  return `${capture.replace(/\.(pcapng|pcap)(\.gz)?$/, "")}.labels.json`;
}

function readLabels(path: string): GuessLabels {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readSmallFile(path, MAX_LABEL_FILE_BYTES);
  } catch (error) {
    throw fileError("read", path, error);
  }
  if (bytes === undefined) throw new RunError(`${path} is too large for labels`);
  return decodeLabels(Buffer.from(bytes).toString(), path);
}

/** The records as the pipeline tells them, with the times of the packets that brought them. */
async function watchCapture(file: string, output: LineOutput) {
  const command = decodeArguments([`--read=${file}`, "--packets"]);
  if (command.kind !== "run") throw new RunError(`cannot read ${file}`);
  const { options } = command;
  const watch = new ExchangeWatch();
  const report = {
    encode: (event: Parameters<ExchangeWatch["push"]>[0]): string => {
      watch.push(event);
      return "";
    },
    end: () => "",
  };
  const hashing = await chooseHashing(options);
  const run = new SnifferRun({ options, report, output, secrets: undefined, hashing });
  await readCapture(file, run, hashing, new Progress());
  run.finish();
  return { watch, damaged: run.pipeline.damaged };
}
