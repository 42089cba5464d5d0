// Runs `client call`: finds the schema, sends what was given as JSON, prints the answers as they come.
import type { DescMethod, Message } from "@bufbuild/protobuf";
import { type CallOptions, type Connection, connect } from "../../rpc/index.js";
import { ClientError } from "../client-error.js";
import { translateError } from "../error-translation.js";
import { printableText } from "../printable-text.js";
import { ServerLink, type Surroundings } from "../server-link.js";
import type { CallInvocation } from "./call-arguments.js";
import { translateCallError } from "./call-failure.js";
import { type CallSchema, pathOf } from "./call-schema.js";
import { callMethod } from "./dynamic-method.js";
import { decodeJson, encodeJson, redactedFields } from "./json-message.js";
import { JsonSplitter, type JsonText, jsonValues } from "./json-splitter.js";
import { findSchema } from "./schema-source.js";
import { describeSymbol } from "./symbol-text.js";

/** Throws ClientError. */
export async function runCall(invocation: CallInvocation, surroundings: Surroundings): Promise<void> {
  const link = new ServerLink(invocation.flags, surroundings);
  const run = new CallRun(invocation, surroundings, link);
  try {
    await run.run();
  } catch (error) {
    const failure = translateError(error, { server: link.address.text });
    if (failure.code === "server_identity_changed") link.showBanner();
    throw failure;
  } finally {
    await run.close();
    link.close();
  }
}

class CallRun {
  readonly #invocation: CallInvocation;
  readonly #surroundings: Surroundings;
  readonly #link: ServerLink;
  #connection: Connection | undefined;
  #stdin: ReturnType<Surroundings["stdin"]> | undefined;
  /** What was wrong with the request, which a failed call then does not say. */
  #requestFailure: unknown;

  constructor(invocation: CallInvocation, surroundings: Surroundings, link: ServerLink) {
    this.#invocation = invocation;
    this.#surroundings = surroundings;
    this.#link = link;
  }

  async run(): Promise<void> {
    const { flags, method } = this.#invocation;
    const { signal } = this.#surroundings;
    const options = { timeoutMs: this.#link.timeoutMs, signal };
    const schema = await findSchema(flags.proto, () => this.#connect(), options);
    if (flags.list === true) await this.#print(schema.methodPaths);
    else if (flags.describe !== undefined) await this.#print(describeSymbol(schema, flags.describe));
    else await this.#call(schema, schema.method(method ?? ""));
  }

  /** Standard input that nobody reads any more would keep the process alive. */
  async close(): Promise<void> {
    this.#stdin?.destroy?.();
    await this.#connection?.close({ graceMs: 0 });
  }

  async #call(schema: CallSchema, method: DescMethod): Promise<void> {
    const { flags, timeoutGiven } = this.#invocation;
    const isUnary = method.methodKind === "unary";
    const options: CallOptions = {
      timeoutMs: isUnary || timeoutGiven ? this.#link.timeoutMs : undefined,
      signal: this.#surroundings.signal,
      metadata: await this.#metadata(),
    };
    const requests = this.#requests(schema, method);
    const connection = await this.#connect();
    try {
      for await (const answer of callMethod(connection, method, requests, options)) {
        const json = encodeJson(method.output, answer, schema.registry, flags.pretty === true);
        if (!(await this.#surroundings.print(`${json}\n`))) return;
      }
    } catch (error) {
      if (this.#requestFailure !== undefined) throw this.#requestFailure;
      const withSession = flags.session === true || flags.as !== undefined;
      throw translateCallError(error, schema.registry, { server: this.#link.address.text, withSession });
    }
  }

  async *#requests(schema: CallSchema, method: DescMethod): AsyncGenerator<Message> {
    try {
      let count = 0;
      for await (const json of this.#given()) {
        count += 1;
        if (count > 1 && !takesStream(method)) {
          throw new ClientError("invalid_field", `${pathOf(method)} takes one message, and more were given.`);
        }
        const message = decodeJson(method.input, json, schema.registry);
        this.#warnOfSecrets(method, json);
        yield message;
      }
    } catch (error) {
      if (this.#surroundings.signal.aborted) throw new ClientError("interrupted", "Interrupted.", { cause: error });
      this.#requestFailure = error;
      throw error;
    }
  }

  #given(): AsyncIterable<JsonText> | Iterable<JsonText> {
    const { messages } = this.#invocation;
    if (messages === undefined) return [];
    if (messages === "-") {
      const stdin = this.#surroundings.stdin();
      this.#stdin = stdin;
      // Who waits for a line is not waiting for the network, which is all that the signal ends by itself.
      this.#surroundings.signal.addEventListener("abort", () => stdin.destroy?.(), { once: true });
      return jsonValues(stdin);
    }
    return [...valuesIn(messages)];
  }

  #warnOfSecrets({ input }: DescMethod, { text }: JsonText): void {
    const fields = this.#invocation.messages === "-" ? [] : redactedFields(input, text);
    if (fields.length === 0) return;
    this.#surroundings.warn(`${READABLE} ${fields.join(", ")}; give - in its place and the JSON on standard input.`);
  }

  async #metadata(): Promise<Record<string, string[]>> {
    const { flags } = this.#invocation;
    const metadata = new Map<string, string[]>();
    for (const [key, value] of flags.metadata ?? []) metadata.set(key, [...(metadata.get(key) ?? []), value]);
    if (metadata.has("authorization")) this.#surroundings.warn(`${READABLE} authorization; --session needs none.`);
    if (flags.session === true || flags.as !== undefined) {
      const { token } = await this.#link.session(flags.as);
      metadata.set("authorization", [`Bearer ${token}`]);
    }
    return Object.fromEntries(metadata);
  }

  async #print(lines: readonly string[]): Promise<void> {
    await this.#surroundings.print(lines.map((line) => `${printableText(line, 10_000)}\n`).join(""));
  }

  async #connect(): Promise<Connection> {
    const { host, port } = this.#link.address;
    const { signal } = this.#surroundings;
    if (this.#connection === undefined) {
      const transport = await this.#link.transport();
      this.#connection = await connect({ host, port, connectTimeoutMs: this.#link.timeoutMs, signal, ...transport });
    }
    return this.#connection;
  }
}

const READABLE = "Other users of this machine can read arguments, and one of these holds";

function takesStream({ methodKind }: DescMethod): boolean {
  return methodKind === "client_streaming" || methodKind === "bidi_streaming";
}

function* valuesIn(text: string): Generator<JsonText> {
  const splitter = new JsonSplitter();
  splitter.push(text);
  splitter.finish();
  for (let value = splitter.next(); value !== undefined; value = splitter.next()) yield value;
}
