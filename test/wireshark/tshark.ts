// tshark with our plug-in, for tests: what it shows of a capture.
import { execFile, execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PLUG_IN = fileURLToPath(new URL("../../../wireshark/earshot.lua", import.meta.url));
/** Holds the google/protobuf/any.proto that our protos import. */
export const ANY_PROTO = fileURLToPath(new URL("../../../wireshark", import.meta.url));
export const PROTO = fileURLToPath(new URL("../../../proto", import.meta.url));

export const NO_TSHARK = hasTshark() ? false : "no tshark with Lua";

interface Shown {
  readonly stdout: string;
  readonly stderr: string;
}

function hasTshark(): boolean {
  try {
    return execFileSync("tshark", ["-v"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).includes(
      "with Lua",
    );
  } catch {
    return false;
  }
}

/** Throws what tshark says where it fails, or where the plug-in does. */
export async function tshark(folder: string, path: string, ...words: string[]): Promise<Shown> {
  const shown = await new Promise<Shown>((resolve, reject) => {
    // A profile of its own: whose machine this is may have other plug-ins and preferences.
    const env = { ...process.env, WIRESHARK_CONFIG_DIR: folder, HOME: folder };
    const options = { env, maxBuffer: 0x8000000, timeout: 60_000 };
    execFile("tshark", ["-X", `lua_script:${PLUG_IN}`, "-r", path, ...words], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ stdout, stderr });
    });
  });
  if (/Lua Error|earshot\.lua:|tshark: /.test(shown.stderr + shown.stdout))
    throw new Error(shown.stderr + shown.stdout);
  return shown;
}

/** Of each frame of ours that is shown, in order: all values of each field, those of nested ones too. */
export async function framesOf(folder: string, path: string, ...words: string[]): Promise<Map<string, string[]>[]> {
  const { stdout } = await tshark(folder, path, "-T", "json", "--no-duplicate-keys", ...words);
  const packets = JSON.parse(stdout) as readonly { _source: { layers: Record<string, unknown> } }[];
  return packets
    .flatMap(({ _source: { layers } }) => [layers["earshot"] ?? []].flat())
    .map((layer) => {
      const values = new Map<string, string[]>();
      collect(layer, "", values);
      return values;
    });
}

function collect(node: unknown, key: string, into: Map<string, string[]>): void {
  if (Array.isArray(node)) for (const item of node) collect(item, key, into);
  else if (typeof node === "object" && node !== null) {
    for (const [name, inner] of Object.entries(node)) collect(inner, name, into);
  } else into.set(key, [...(into.get(key) ?? []), String(node)]);
}
