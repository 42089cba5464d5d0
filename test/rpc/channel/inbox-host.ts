// An inbox of test messages with a host that writes down what it is told.

import { MessageInbox } from "../../../src/rpc/channel/message-inbox.js";
import { RpcError } from "../../../src/rpc/rpc-error.js";
import { StatusCode } from "../../../src/wire/status-code.js";
import { EchoRequest } from "../../gen/earshot/test/v1/echo.js";

/** Says that a text of 5 bytes follows, which does not. */
export const UNDECODABLE = Uint8Array.of(0x0a, 5);

/** A message with a text takes two bytes more than the text, one without takes none. */
export function message(text: string): Uint8Array {
  return EchoRequest.encode(EchoRequest.fromPartial({ text })).finish();
}

export function fault(message: string): RpcError {
  return new RpcError(StatusCode.UNAVAILABLE, message);
}

/** What the peer is told that broke a rule. */
export function refusal(run: () => void): RpcError | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof RpcError ? error : undefined;
  }
  return undefined;
}

/** `onTold` runs within each call of the host, to call back into the inbox. */
export function inbox(windowBytes = 65_536, onTold: (line: string, stream: MessageInbox) => void = () => {}) {
  const told: string[] = [];
  const tell = (line: string): void => {
    told.push(line);
    onTold(line, stream);
  };
  const stream: MessageInbox = new MessageInbox(EchoRequest, windowBytes, {
    grantCredit: (bytes) => tell(`credit ${bytes}`),
    onBuffered: (deltaBytes) => tell(`buffered ${deltaBytes}`),
    onUndecodable: () => {
      tell("undecodable");
      return fault("undecodable");
    },
    onAbandoned: () => tell("abandoned"),
  });
  return { stream, told };
}
