// The file beside a capture that says what each conversation was, as the lab writes it; whatever else it holds is refused.
import { RunError } from "../run-error.js";

export interface GuessLabels {
  /** How the frames were padded, in the lab's word. */
  readonly padding: string;
  /** The n-th is about the n-th conversation of the capture. */
  readonly connections: readonly LabelledConversation[];
}

export interface LabelledConversation {
  readonly run: number;
  /** Its exchanges one after the other; null: one that is not to be guessed. */
  readonly exchanges: readonly (string | null)[];
}

const FORMAT = "earshot-labels/1";
/** Names of methods and outcomes: they head the columns of a table. */
const MAX_LABEL_CHARACTERS = 40;
const MAX_LABELS = 64;

/** Throws RunError. `name` is the file's, for its words. */
export function decodeLabels(text: string, name: string): GuessLabels {
  const labels = parse(text, name);
  if (!isRecord(labels) || labels["format"] !== FORMAT) throw new RunError(`${name} does not hold ${FORMAT}`);
  const { padding, connections } = labels;
  if (!isLabel(padding) || !Array.isArray(connections) || !connections.every(isConversation)) {
    throw new RunError(`${name} is not as ${FORMAT} has it`);
  }
  const known = new Set(connections.flatMap(({ exchanges }) => exchanges));
  if (known.size > MAX_LABELS) throw new RunError(`${name} has more than ${MAX_LABELS} labels`);
  return { padding, connections };
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RunError(`${name} is not JSON`, { cause });
  }
}

function isConversation(value: unknown): value is LabelledConversation {
  if (!isRecord(value)) return false;
  const { run, exchanges } = value;
  return (
    Number.isSafeInteger(run) && Array.isArray(exchanges) && exchanges.every((one) => one === null || isLabel(one))
  );
}

function isLabel(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_LABEL_CHARACTERS && /^[\x20-\x7e]+$/.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
