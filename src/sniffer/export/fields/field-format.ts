// How -E has the fields separated, quoted and joined, as tshark(1) says it.
import { UsageError } from "../../usage-error.js";

type Occurrence = "a" | "f" | "l";

const SEPARATORS: Readonly<Record<string, string>> = { "/t": "\t", "/s": " " };
const QUOTES: Readonly<Record<string, string>> = { d: '"', s: "'", n: "" };

export class FieldFormat {
  #withHeader = false;
  #separator = "\t";
  #aggregator = ",";
  #quote = "";
  #occurrence: Occurrence = "a";

  /** `options`: "separator=,", "header=y" and so on. Throws UsageError. */
  constructor(options: readonly string[]) {
    for (const option of options) this.#set(option);
  }

  header(names: readonly string[]): string {
    return this.#withHeader ? `${names.join(this.#separator)}\n` : "";
  }

  line(fields: readonly (readonly string[])[]): string {
    return `${fields.map((values) => this.#field(values)).join(this.#separator)}\n`;
  }

  #field(values: readonly string[]): string {
    if (values.length === 0) return "";
    const chosen = this.#occurrence === "a" ? values : [this.#occurrence === "f" ? values[0] : values.at(-1)];
    return this.#quote + chosen.map((value) => this.#escaped(value ?? "")).join(this.#aggregator) + this.#quote;
  }

  /** Nothing from the wire may end the line, or look like the quote. */
  #escaped(value: string): string {
    const plain = value.replace(/[\p{Cc}\u2028\u2029]/gu, escapeCharacter);
    return this.#quote === "" ? plain : plain.replaceAll(this.#quote, `\\${this.#quote}`);
  }

  #set(option: string): void {
    const equals = option.indexOf("=");
    const [name, value] = [option.slice(0, equals), option.slice(equals + 1)];
    switch (equals < 0 ? "" : name) {
      case "header":
        this.#withHeader = oneOf(option, value, ["y", "n"]) === "y";
        break;
      case "separator":
        this.#separator = separatorOf(option, value);
        break;
      case "aggregator":
        this.#aggregator = separatorOf(option, value);
        break;
      case "quote":
        this.#quote = QUOTES[oneOf(option, value, ["d", "s", "n"])] ?? "";
        break;
      case "occurrence":
        this.#occurrence = oneOf(option, value, ["a", "f", "l"]) as Occurrence;
        break;
      default:
        throw new UsageError(
          `-E takes header=y|n, separator=X, aggregator=X, occurrence=f|l|a and quote=d|s|n, not "${option}"`,
        );
    }
  }
}

function oneOf(option: string, value: string, known: readonly string[]): string {
  if (!known.includes(value)) throw new UsageError(`-E ${option}: it takes one of ${known.join(", ")}`);
  return value;
}

function separatorOf(option: string, value: string): string {
  const character = SEPARATORS[value] ?? value;
  if (character.length !== 1) throw new UsageError(`-E ${option}: it takes one character, /t (tab) or /s (space)`);
  return character;
}

function escapeCharacter(character: string): string {
  const known: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return known[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
