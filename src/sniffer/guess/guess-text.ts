// The guesses for people: one table of how often they are right, what padding costs, and what was taken for what.
import type { GuessEvent, GuessScore } from "../event.js";

const NAME_CELLS = 28;
const CELL = 6;

/** Everything for all files; ends with a line end. */
export function guessText(guesses: readonly GuessEvent[]): string {
  const before = guesses.find(({ padding }) => padding === "off");
  return guesses
    .map((guess) => lines(guess, before).join("\n"))
    .join("\n\n")
    .concat("\n");
}

function lines(guess: GuessEvent, before: GuessEvent | undefined): string[] {
  const { file, padding, exchanges, runs, unmatched, chance, sequences } = guess;
  return [
    `${file}: padding ${padding}, ${exchanges} exchanges in ${runs} runs`,
    ...(unmatched === 0 ? [] : [`  ${unmatched} conversations were not as their labels say, and are left out`]),
    `  ${"right by chance".padEnd(NAME_CELLS)}${percent(chance)}`,
    `  ${"by length alone".padEnd(NAME_CELLS)}${rate(guess.by_length)}`,
    `  ${"by length and time".padEnd(NAME_CELLS)}${rate(guess.by_length_and_time)}`,
    `  ${"by time alone".padEnd(NAME_CELLS)}${rate(guess.by_time)}`,
    `  ${"sequences of lengths".padEnd(NAME_CELLS)}${String(sequences).padStart(5)}${sequences === 1 ? "     all exchanges look alike" : ""}`,
    `  ${"bytes of an exchange".padEnd(NAME_CELLS)}${cost(guess, before)}`,
    ...table("by length alone", guess, guess.by_length),
    ...table("by time alone", guess, guess.by_time),
  ];
}

function rate({ accuracy, interval: [low, high] }: GuessScore): string {
  return `${percent(accuracy)}  (95 %: ${percent(low).trim()} to ${percent(high).trim()})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).padStart(5)} %`;
}

function cost({ client_bytes: up, server_bytes: down }: GuessEvent, before: GuessEvent | undefined): string {
  const sum = `${String(up + down).padStart(5)}    (${up} up, ${down} down)`;
  if (before === undefined || before.client_bytes === 0) return sum;
  const more = up + down - before.client_bytes - before.server_bytes;
  return more === 0 ? sum : `${sum}, ${more > 0 ? "+" : ""}${more} to what it is without padding`;
}

/** Columns go by the numbers of the rows. */
function table(title: string, { labels }: GuessEvent, { confusion }: GuessScore): string[] {
  const head = labels.map((_, index) => cell(index + 1)).join("");
  const rows = confusion.map((row, index) => {
    const name = `${String(index + 1).padStart(2)} ${(labels[index] ?? "").slice(0, NAME_CELLS - 4)}`;
    return `  ${name.padEnd(NAME_CELLS)}${row.map(cell).join("")}`;
  });
  return ["", `  ${`${title}, taken for`.padEnd(NAME_CELLS)}${head}`, ...rows];
}

function cell(count: number): string {
  return String(count).padStart(CELL);
}
