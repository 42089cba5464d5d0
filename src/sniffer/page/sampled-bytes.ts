// How much of a stream a page carries.
import type { Sample } from "./page-model.js";

export function sampledBytes({ pieces }: Sample): number {
  return pieces.flatMap(({ spans }) => spans).reduce((sum, { length }) => sum + length, 0);
}
