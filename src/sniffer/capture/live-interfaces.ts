// Which interfaces there are, as far as anything here can tell.
import { execFile } from "node:child_process";
import { networkInterfaces } from "node:os";
import { CapMissingError, listCapInterfaces } from "./cap-source.js";

export interface CaptureInterface {
  readonly name: string;
  readonly description: string;
  readonly addresses: readonly string[];
}

export async function listInterfaces(): Promise<CaptureInterface[]> {
  try {
    return await listCapInterfaces();
  } catch (error) {
    if (!(error instanceof CapMissingError)) throw error;
  }
  return (await listTcpdumpInterfaces()) ?? listSystemInterfaces();
}

/** For --list: a line for each, names in a column. */
export async function describeInterfaces(): Promise<string> {
  const interfaces = await listInterfaces();
  const column = Math.max(0, ...interfaces.map(({ name }) => name.length)) + 2;
  return interfaces
    .map(({ name, description, addresses }) =>
      `${name.padEnd(column)}${[...addresses, description].join(" ")}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** "1.eth0 [Up, Running, Connected]". */
function listTcpdumpInterfaces(): Promise<CaptureInterface[] | undefined> {
  const addresses = new Map(listSystemInterfaces().map((one) => [one.name, one.addresses]));
  return new Promise((resolve) => {
    execFile("tcpdump", ["-D"], (error, stdout) => {
      if (error !== null) {
        resolve(undefined);
        return;
      }
      const matches = stdout.matchAll(/^\d+\.(\S+)(?: \((.*?)\))?/gm);
      resolve(
        Array.from(matches, ([, name = "", description = ""]) => {
          return { name, description, addresses: addresses.get(name) ?? [] };
        }),
      );
    });
  });
}

function listSystemInterfaces(): CaptureInterface[] {
  return Object.entries(networkInterfaces()).map(([name, entries]) => {
    return { name, description: "", addresses: (entries ?? []).map(({ address }) => address) };
  });
}
