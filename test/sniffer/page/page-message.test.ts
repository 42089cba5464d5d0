import t from "tap";
import type { MessageEvent } from "../../../src/sniffer/event.js";
import { pageMessage } from "../../../src/sniffer/page/page-message.js";

const SECRET = "hunter2";
const message = (more: Partial<MessageEvent>): MessageEvent => ({
  event: "message",
  conversation: 0,
  side: "client",
  frame: 4,
  kind: "request",
  stream_id: 1,
  method: "GET",
  fields: {},
  ...more,
});

t.test("metadata, queries and fields without names are told by their lengths", async (t) => {
  for (const [more, text] of [
    [{ fields: { target: `/x?z=${SECRET}&a=1#f` } }, "GET target=/x?z=[7 bytes]&a=[1 byte]#f"],
    [{ fields: { target: "/reset/9f86d081884c7d659a2f/ok?a" } }, "GET target=/reset/[20 bytes]/ok?a"],
    [{ method: "earshot.accounts.v1.AccountService/Login" }, "AccountService/Login"],
    [{ method: `my.Svc/Login?x=${SECRET}` }, "Svc/Login?x=[7 bytes]"],
    [{ metadata: { "x-weird": SECRET, "user-agent": "curl" } }, "GET x-weird=[7 bytes] user-agent=curl"],
    [{ metadata: { authorization: "Bearer [redacted: 9 bytes]" } }, "GET authorization=Bearer [redacted: 9 bytes]"],
    [{ fields: { "1": SECRET, "2": 5, "3": [SECRET], "4": { "1": SECRET } } }, undefined],
    [{ fields: { name: "alice" } }, "GET name=alice"],
  ] as const) {
    const shown = pageMessage(message(more));
    t.notMatch(JSON.stringify(shown), SECRET);
    if (text !== undefined) t.equal(shown.text, text);
  }
});
