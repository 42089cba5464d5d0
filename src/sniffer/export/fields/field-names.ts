// Which fields were asked for, and what somebody may have meant.
import { nearNames } from "../../../completion/near-name.js";
import { UsageError } from "../../usage-error.js";
import { FIELDS } from "./field-table.js";

/** Throws UsageError. */
export function checkFieldNames(names: readonly string[]): void {
  for (const name of names) {
    if (FIELDS.has(name)) continue;
    const near = nearNames(name, FIELDS.keys());
    const hint =
      near.length === 0 ? `the fields are: ${[...FIELDS.keys()].join(" ")}` : `did you mean ${near.join(" or ")}?`;
    throw new UsageError(`-e ${name} is no field here; ${hint}`);
  }
}
