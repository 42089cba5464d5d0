// One rung, played for real: the server, the client and the sniffer as separate programs on loopback, with a password
// made for this run alone.
import { randomBytes } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../sniffer/new-folder.js";
import { Impersonator } from "./impersonator.js";
import { LabError } from "./lab-error.js";
import { type Finished, LISTENING, RELAYING, type RunningProgram, runProgram, startProgram } from "./program.js";
import type { Rung } from "./rung.js";

export interface Scene {
  /** What went over the wire between the client and whoever answered it. */
  readonly wireCapture: string;
  /** What the impersonator saw inside; the wire itself where nobody impersonates. */
  readonly insideCapture: string;
  /** One secret a line: the password, and the session token once there is one. */
  readonly secretFile: string;
  /** TLS secrets of the client's side, as an NSS key log. */
  readonly keylogFile: string;
  readonly client: Finished[];
  /** Whose certificate the server showed the impersonator, where he came as far as to ask. */
  readonly fetchedCertificate: string | undefined;
}

const USERNAME = "alice";

/** Plays a rung in `folder`, which it may fill. Everything it starts has ended when it returns, also after a failure. */
export async function playScene(rung: Rung, folder: string): Promise<Scene> {
  makeFolder(folder);
  const play = new Play(rung, folder);
  try {
    return await play.run();
  } finally {
    await play.clear();
  }
}

class Play {
  readonly #rung: Rung;
  readonly #folder: string;
  readonly #programs: RunningProgram[] = [];
  readonly #password = randomBytes(18).toString("base64url");
  #impersonator: Impersonator | undefined;

  constructor(rung: Rung, folder: string) {
    this.#rung = rung;
    this.#folder = folder;
  }

  async run(): Promise<Scene> {
    await writeFile(this.#path("secrets"), `${this.#password}\n`, { mode: 0o600 });
    const serverPort = await this.#startServer();
    if (this.#rung.login === "OPAQUE") await this.#registerUnseen(serverPort);
    const luredTo = this.#rung.attacker === "watches" ? serverPort : await this.#impersonate(serverPort);
    const wirePort = await this.#watch("wire.pcapng", luredTo);
    const client = await this.#converse(wirePort);
    const wireCapture = this.#path("wire.pcapng");
    const insideCapture = this.#impersonator === undefined ? wireCapture : this.#path("inside.pcapng");
    const [secretFile, keylogFile] = [this.#path("secrets"), this.#path("keylog")];
    const fetchedCertificate = this.#impersonator?.serverCertificate;
    return { wireCapture, insideCapture, secretFile, keylogFile, client, fetchedCertificate };
  }

  /** Ends what was started, youngest first, so that each capture is complete when its program has gone. */
  async clear(): Promise<void> {
    await this.#impersonator?.close();
    for (const program of this.#programs.splice(0).reverse()) await program.stop();
  }

  async #startServer(): Promise<number> {
    const transport = {
      plaintext: ["--plaintext"],
      "TLS 1.2": ["--cert", this.#path("certs"), "--min-tls", "1.2"],
      "TLS 1.3": ["--cert", this.#path("certs")],
    }[this.#rung.transport];
    const args = ["--listen", "127.0.0.1:0", "--database", this.#path("accounts.db"), ...transport];
    return this.#start("server", args, { on: "stdout", pattern: LISTENING });
  }

  async #impersonate(serverPort: number): Promise<number> {
    const isTrusted = this.#rung.attacker === "impersonates, trusted";
    this.#impersonator = await Impersonator.listen({
      serverPort,
      authority: isTrusted ? await this.#authority() : undefined,
    });
    this.#impersonator.route(await this.#watch("inside.pcapng", this.#impersonator.backPort));
    return this.#impersonator.frontPort;
  }

  #watch(capture: string, port: number): Promise<number> {
    const args = ["-Z", "root", "--relay", `127.0.0.1:0=127.0.0.1:${port}`, "--json", "-w", this.#path(capture)];
    return this.#start("sniffer", args, { on: "stderr", pattern: RELAYING });
  }

  /** The company's, say: whoever has its key can be any server to those who trust it. */
  async #authority(): Promise<{ key: string; cert: string }> {
    const [key, cert] = await Promise.all(
      ["ca-key.pem", "ca.pem"].map((name) => readFile(join(this.#path("certs"), name), "latin1")),
    );
    return { key: key ?? "", cert: cert ?? "" };
  }

  /** At home, where nobody was in the way. */
  async #registerUnseen(serverPort: number): Promise<void> {
    const registered = await this.#runClient(["register", USERNAME, "--opaque"], serverPort);
    if (registered.exitCode === 0) return;
    const said = registered.stderr.trim() || registered.stdout.trim();
    throw new LabError("program_failed", `client register --opaque failed (exit ${registered.exitCode}): ${said}`);
  }

  #runClient(command: readonly string[], port: number): Promise<Finished> {
    return runProgram("client", [...command, "--json", ...this.#clientArgs(port)], {
      EARSHOT_HOME: this.#path("home"),
      EARSHOT_PASSWORD: this.#password,
      // Whoever sets it for themselves still sees the lower rungs.
      EARSHOT_OPAQUE: "0",
    });
  }

  /** What a person would type: register, log in, ask who one is, log out. Stops at the first that is refused. */
  async #converse(port: number): Promise<Finished[]> {
    const results: Finished[] = [];
    const login =
      this.#rung.login === "OPAQUE"
        ? [["login", USERNAME, "--opaque"]]
        : [
            ["register", USERNAME],
            ["login", USERNAME],
          ];
    for (const command of [...login, ["whoami"], ["logout"]]) {
      const finished = await this.#runClient(command, port);
      results.push(finished);
      await this.#noteToken();
      if (finished.exitCode !== 0) break;
    }
    return results;
  }

  #clientArgs(port: number): string[] {
    const { transport, client } = this.#rung;
    const server = ["--server", `localhost:${port}`];
    if (transport === "plaintext") return [...server, "--plaintext"];
    const trust = client === "verifies" ? ["--ca", join(this.#path("certs"), "ca.pem")] : ["--insecure"];
    const version = transport === "TLS 1.2" ? ["--max-tls", "1.2"] : [];
    return [...server, ...trust, ...version, "--keylog", this.#path("keylog")];
  }

  /** The token is a secret as well: what the client saved of it joins the list that the capture is searched for. */
  async #noteToken(): Promise<void> {
    const saved = await readFile(join(this.#path("home"), "sessions.json"), "utf8").catch(() => "");
    const token = /"([A-Za-z0-9_-]{43})"/.exec(saved)?.[1];
    const known = await readFile(this.#path("secrets"), "utf8");
    if (token !== undefined && !known.includes(token)) await appendFile(this.#path("secrets"), `${token}\n`);
  }

  async #start(name: "server" | "sniffer", args: string[], ready: Parameters<typeof startProgram>[2]): Promise<number> {
    const { program, match } = await startProgram(name, args, ready);
    this.#programs.push(program);
    return Number(match);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
