// `client export`: the document as it comes, to standard output or into a file.
import type { AccountClient } from "../account-client.js";
import type { ExportPart } from "../account-values.js";
import type { Answer } from "../answer.js";
import { ClientError } from "../client-error.js";
import type { CommandDesk } from "./command-desk.js";
import { ExportDocument } from "./export-document.js";
import { ExportFile } from "./export-file.js";
import { patientlyRead } from "./patient-read.js";

/** Written at once: a write for each line would make a long export slow. */
const PIECE_CHARACTERS = 16_384;

/** Writes a piece; false when nobody reads any more. */
type Write = (text: string) => Promise<boolean>;

export async function exportAccount(desk: CommandDesk): Promise<Answer | undefined> {
  const { output, force = false, json = false } = desk.flags;
  if (output === undefined || output === "-") {
    await run(desk, new ExportDocument(json ? "one_line" : "lines"), desk.surroundings.print);
    return undefined;
  }
  const document = new ExportDocument("lines");
  await intoFile(output, force, (write) => run(desk, document, write));
  const { sessions, events } = document;
  const text = [`Exported to ${output}: the account, ${count(sessions, "session")} and ${count(events, "event")}.`];
  return { text, fields: { file: output, sessions, events } };
}

async function run(desk: CommandDesk, document: ExportDocument, write: Write): Promise<void> {
  const session = await desk.session();
  const { signal } = desk.surroundings;
  const giveUp = new AbortController();
  const read = async (client: AccountClient) => {
    const parts = client.exportAccount(session.token);
    await writeAll(
      patientlyRead(parts, desk.link.timeoutMs, () => giveUp.abort()),
      document,
      write,
    );
  };
  await desk.withSession(session, read, AbortSignal.any([signal, giveUp.signal]));
}

async function writeAll(parts: AsyncIterable<ExportPart>, document: ExportDocument, write: Write): Promise<void> {
  let piece = "";
  for await (const part of parts) {
    piece += document.push(part);
    if (piece.length < PIECE_CHARACTERS) continue;
    if (!(await write(piece))) return;
    piece = "";
  }
  await write(piece + document.finish());
}

async function intoFile(path: string, force: boolean, fill: (write: Write) => Promise<void>): Promise<void> {
  if (path === "") throw new ClientError("usage", "--output takes the name of a file.");
  const file = await ExportFile.create(path, force);
  try {
    await fill(async (text) => {
      await file.write(text);
      return true;
    });
    await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
