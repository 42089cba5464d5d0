import t from "tap";
import { RedisObserver } from "../../../src/sniffer/message/redis-observer.js";
import { byteByByte, whole } from "../../helpers/stage-feeding.js";
import { observe, type Turn } from "./observed-talk.js";

const watch = (turns: readonly Turn[], chunking = whole) =>
  observe((conversation) => new RedisObserver(conversation), turns, { chunking });
const command = (...words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;

const COMMANDS: [string[], string[]][] = [
  [["AUTH", "hunter2"], ["password"]],
  [
    ["auth", "bob", "hunter2"],
    ["username", "password"],
  ],
  [
    ["HELLO", "3", "AUTH", "bob", "hunter2"],
    ["username", "password"],
  ],
  [["CONFIG", "SET", "requirepass", "hunter2"], ["password"]],
  [["SET", "AUTH", "hunter"], []],
];

for (const [words, expected] of COMMANDS) {
  for (const chunking of [whole, byteByByte]) {
    t.test(`${words[0]} of ${words.length} words (${chunking.name})`, async (t) => {
      const text = command("PING") + command(...words);
      const { findings, events } = watch([["client", text]], chunking);
      t.same(
        findings.map(({ what }) => what),
        expected,
      );
      t.notMatch(JSON.stringify(events), "hunter2");
      const { offset = 0, length = 0 } = findings.at(-1)?.evidence ?? {};
      if (expected.length > 0) t.equal(text.slice(offset, offset + length), "hunter2");
    });
  }
}

t.test("what is no command, and bytes cut or changed, give nothing", async (t) => {
  const broken = `*1\r\n$4\r\nPINGxx${command("AUTH", "x")}`;
  t.same(watch([["client", broken]]).tally.plaintext, broken.length);
  const text = command("HELLO", "3", "AUTH", "bob", "hunter2");
  for (let at = 0; at < text.length; at += 1) {
    watch([["client", text.slice(0, at)]]);
    watch([["client", text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 0xff) + text.slice(at + 1)]]);
  }
});
