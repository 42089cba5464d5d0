// Where the client keeps what it remembers: EARSHOT_HOME, else the XDG folder for settings.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Absolute path of the folder for known_servers and sessions.json. It may not exist yet. */
export function configFolder(env: NodeJS.ProcessEnv): string {
  const own = env["EARSHOT_HOME"];
  if (own) return resolve(own);
  const xdg = env["XDG_CONFIG_HOME"];
  // The XDG specification says to ignore relative paths.
  return join(xdg?.startsWith("/") ? xdg : join(homedir(), ".config"), "earshot");
}
