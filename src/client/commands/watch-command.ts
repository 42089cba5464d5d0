// `client watch`: a line for each event, until Ctrl-C or the end of the session.
import type { SecurityEvent } from "../account-values.js";
import { jsonLine } from "../answer.js";
import { ClientError } from "../client-error.js";
import { printableText } from "../printable-text.js";
import type { CommandDesk } from "./command-desk.js";
import { EventFeed } from "./event-feed.js";
import { eventLine } from "./event-line.js";
import { eventFields } from "./export-document.js";

export async function watch(desk: CommandDesk): Promise<undefined> {
  const session = await desk.session();
  const { json = false, since } = desk.flags;
  const { print, signal } = desk.surroundings;
  const show = (event: SecurityEvent) => print(json ? jsonLine(eventFields(event)) : `${eventLine(event)}\n`);
  const feed = new EventFeed({
    token: session.token,
    since,
    withClient: (use, ending) => desk.withSession(session, use, ending),
    onEvent: show,
    onState: stateTeller(desk, session.username),
    now: () => new Date(),
    signal,
  });
  try {
    await feed.run();
  } catch (error) {
    // Ctrl-C is how a watch ends.
    if (signal.aborted) return;
    throw error instanceof ClientError && error.code === "session_ended" ? sessionOver(error) : error;
  }
}

/** Says how it stands beside the events; what goes well is said to people alone. */
function stateTeller({ surroundings, flags, link }: CommandDesk, username: string) {
  let wasLost = false;
  return (state: "watching" | "lost") => {
    const server = link.address.text;
    if (state === "lost") surroundings.warn(`The connection to ${server} is lost; trying again until Ctrl-C.`);
    else if (wasLost) surroundings.warn(`Connected to ${server} again.`);
    else if (flags.json !== true) surroundings.warn(`Watching ${printableText(username, 60)}; Ctrl-C ends it.`);
    wasLost = state === "lost";
  };
}

function sessionOver(cause: ClientError): ClientError {
  const message =
    "Your session has ended (by a logout, a revocation, its age or a disabled account), so this watch ends too; log in again.";
  return new ClientError("session_ended", message, { status: cause.status, cause });
}
