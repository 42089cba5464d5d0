// Takes known secrets out of an event before any report sees it. What the contract itself says (kinds, sides, hashes)
// stays, so that a secret such as "client" leaves the lines readable for programs.
import type { SnifferEvent } from "../event.js";
import type { SecretList } from "./secret-search.js";

const CONTRACT_KEYS: ReadonlySet<string> = new Set([
  "event",
  "side",
  "visibility",
  "kind",
  "protocol",
  "state",
  "application",
  "community_id",
  "client_sha256",
  "server_sha256",
]);

/** The same of what stands in an assessment's lists. */
const LISTED_KEYS: ReadonlySet<string> = new Set(["topic", "rating", "can"]);

/** Below these, names came with the wire too. */
const WIRE_NAMES: ReadonlySet<string> = new Set(["fields", "metadata", "details"]);

export function redactEvent(event: SnifferEvent, secrets: SecretList): SnifferEvent {
  const redact = (text: string): string => secrets.redact(text);
  const entries = Object.entries(event).map(([key, value]): [string, unknown] => {
    return [key, CONTRACT_KEYS.has(key) ? value : redactValue(value, redact, WIRE_NAMES.has(key))];
  });
  // The same keys with values of the same types: only texts within them changed.
  return Object.fromEntries(entries) as unknown as SnifferEvent;
}

function redactValue(value: unknown, redact: (text: string) => string, names: boolean): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact, names));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, inner]) => {
      if (!names && LISTED_KEYS.has(name)) return [name, inner];
      return [names ? redact(name) : name, redactValue(inner, redact, names)];
    }),
  );
}
