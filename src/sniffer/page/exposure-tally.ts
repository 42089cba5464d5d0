// Who could read what of a whole capture: in each cell the worst of all conversations, and how many are like that.
import { ASPECTS, OBSERVERS } from "./exposure-names.js";
import type { Aspect, Cell, Level, Matrix, Observer } from "./page-model.js";

/** Worst first. */
const LEVELS: readonly Level[] = ["readable", "unknown", "length", "presence", "hidden", "absent"];

const NOTHING: Cell = { level: "absent", seen: false, why: "there was no conversation", place: null, count: 0 };

/** A matrix row by row, and how bad each cell is: the live page adds up thousands of them several times a second. */
interface FlatMatrix {
  readonly cells: readonly Cell[];
  readonly ranks: readonly number[];
}

const flattened = new WeakMap<Matrix, FlatMatrix>();

function flatten(matrix: Matrix): FlatMatrix {
  const before = flattened.get(matrix);
  if (before !== undefined) return before;
  const cells = ASPECTS.flatMap((aspect) => OBSERVERS.map((observer) => matrix[aspect][observer]));
  const flat = { cells, ranks: cells.map(({ level }) => LEVELS.indexOf(level)) };
  flattened.set(matrix, flat);
  return flat;
}

export class ExposureTally {
  readonly #worst: (Cell | undefined)[];
  readonly #ranks: number[];
  readonly #counts: number[];

  constructor(from?: ExposureTally) {
    this.#worst = from === undefined ? [] : [...from.#worst];
    this.#ranks = from === undefined ? [] : [...from.#ranks];
    this.#counts = from === undefined ? [] : [...from.#counts];
  }

  add(matrix: Matrix): void {
    const { cells, ranks } = flatten(matrix);
    for (let index = 0; index < cells.length; index++) {
      const [cell, rank] = [cells[index], ranks[index] ?? 0];
      if (cell !== undefined) this.#addCell(index, cell, rank);
    }
  }

  get matrix(): Matrix {
    const cellAt = (index: number): Cell => {
      const cell = this.#worst[index];
      return cell === undefined ? NOTHING : { ...cell, count: this.#counts[index] ?? 0 };
    };
    const rowOf = (row: number) =>
      Object.fromEntries(
        OBSERVERS.map((observer, column) => [observer, cellAt(row * OBSERVERS.length + column)]),
      ) as Record<Observer, Cell>;
    return Object.fromEntries(ASPECTS.map((aspect, row) => [aspect, rowOf(row)])) as Record<
      Aspect,
      Record<Observer, Cell>
    >;
  }

  #addCell(index: number, cell: Cell, rank: number): void {
    const known = this.#worst[index];
    const knownRank = this.#ranks[index] ?? LEVELS.length;
    if (known === undefined || rank < knownRank) {
      this.#worst[index] = cell;
      this.#ranks[index] = rank;
      this.#counts[index] = cell.count;
    } else if (rank === knownRank) {
      // What was seen says more than what follows.
      if (cell.seen && !known.seen) this.#worst[index] = cell;
      this.#counts[index] = (this.#counts[index] ?? 0) + cell.count;
    }
  }
}
