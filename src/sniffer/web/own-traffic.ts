// A capture of the loopback would see its own page go by: each update would give rise to the next, and the page's address,
// which lets in, would stand in what is told of its requests.
import type { CliSource } from "../cli-arguments.js";

/** Interfaces on which it may be seen. Others may carry what BPF's words for TCP do not fit. */
const MAY_BE_LOOPBACK = /^(?:any|lo\d*|.*loopback.*)$/i;

/** The same source, in BPF's words without what the page at this port of 127.0.0.1 says and hears. */
export function withoutOwnTraffic<Source extends CliSource>(source: Source, port: number): Source {
  if (source.kind !== "live" || !MAY_BE_LOOPBACK.test(source.interfaceName ?? "any")) return source;
  const own = `not (host 127.0.0.1 and tcp port ${port})`;
  return { ...source, filter: source.filter === "" ? own : `(${source.filter}) and ${own}` };
}
