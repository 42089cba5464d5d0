import t from "tap";
import { LineObserver } from "../../../src/sniffer/message/line-observer.js";
import type { LineProtocol } from "../../../src/sniffer/message/line-rules.js";
import { byteByByte, whole } from "../../helpers/stage-feeding.js";
import { type ObserveOptions, observe, type Turn } from "./observed-talk.js";

const watch = (protocol: LineProtocol, turns: readonly Turn[], options?: ObserveOptions) =>
  observe((conversation) => new LineObserver(conversation, protocol), turns, options);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const revealed = ({ findings }: ReturnType<typeof watch>) => findings.map(({ what, value }) => [what, value]);

const NAME_AND_MASK = [
  ["username", "bob"],
  ["password", "[redacted: 7 bytes]"],
];
const LOGINS: [string, LineProtocol, Turn[]][] = [
  [
    "FTP USER and PASS",
    "ftp",
    [
      ["client", "USER bob\r\n"],
      ["server", "331 go on\r\n"],
      ["client", "PASS hunter2\r\n"],
    ],
  ],
  ["POP3 USER and PASS", "pop3", [["client", "USER bob\r\nPASS hunter2\r\n"]]],
  ["IMAP LOGIN", "imap", [["client", "a1 LOGIN bob hunter2\r\n"]]],
  ["IMAP LOGIN, quoted", "imap", [["client", 'a1 LOGIN "bob" "hunter2"\r\n']]],
  ["SMTP AUTH PLAIN", "smtp", [["client", `AUTH PLAIN ${base64("\0bob\0hunter2")}\r\n`]]],
  [
    "SMTP AUTH PLAIN in two steps",
    "smtp",
    [
      ["client", "AUTH PLAIN\r\n"],
      ["server", "334 \r\n"],
      ["client", `${base64("\0bob\0hunter2")}\r\n`],
    ],
  ],
  [
    "SMTP AUTH LOGIN",
    "smtp",
    [
      ["client", "AUTH LOGIN\r\n"],
      ["server", "334 x\r\n"],
      ["client", `${base64("bob")}\r\n`],
      ["server", "334 x\r\n"],
      ["client", `${base64("hunter2")}\r\n`],
    ],
  ],
  [
    "IMAP LOGIN with literals",
    "imap",
    [
      ["client", "a1 LOGIN {3}\r\n"],
      ["server", "+ go on\r\n"],
      ["client", "bob {7}\r\n"],
      ["server", "+ go on\r\n"],
      ["client", "hunter2\r\n"],
    ],
  ],
  ["IMAP AUTHENTICATE PLAIN", "imap", [["client", `a AUTHENTICATE PLAIN ${base64("\0bob\0hunter2")}\r\n`]]],
];

for (const [what, protocol, turns] of LOGINS) {
  for (const chunking of [whole, byteByByte]) {
    t.test(`${what} gives the name and masks the password (${chunking.name})`, async (t) => {
      const seen = watch(protocol, turns, { chunking });
      t.same(revealed(seen), NAME_AND_MASK);
      t.notMatch(JSON.stringify(seen.events), `hunter2|${base64("hunter2")}|${base64("\0bob\0hunter2")}`);
    });
  }
}

t.test("the place of a password is that of its bytes", async (t) => {
  const { findings } = watch("ftp", [["client", "USER bob\r\nPASS hunter2\r\n"]]);
  t.same(findings[1]?.evidence, { frame: 1, offset: 15, length: 7 });
});

const STARTTLS: [LineProtocol, string, string][] = [
  ["smtp", "STARTTLS\r\n", "220 ready\r\n"],
  ["ftp", "AUTH TLS\r\n", "234 go\r\n"],
  ["pop3", "STLS\r\n", "+OK go\r\n"],
  ["imap", "a7 STARTTLS\r\n", "a7 OK go\r\n"],
];

for (const [protocol, command, answer] of STARTTLS) {
  t.test(`${protocol} hands over behind the answer that grants TLS`, async (t) => {
    const before = "250 something\r\n* untagged\r\n";
    const seen = watch(protocol, [
      ["server", before],
      ["client", command],
      ["server", `${answer}\x15\x03`],
    ]);
    t.same(seen.handover, { client: command.length, server: before.length + answer.length });
    const refusal = protocol === "imap" ? "a7 NO\r\n" : protocol === "pop3" ? "-ERR\r\n" : "502 no\r\n";
    t.equal(
      watch(protocol, [
        ["client", command],
        ["server", refusal],
        ["server", answer],
      ]).handover,
      undefined,
    );
  });
}

t.test("a SASL exchange that is given up reveals nothing", async (t) => {
  t.same(
    watch("smtp", [
      ["client", "AUTH LOGIN\r\n"],
      ["client", "*\r\n"],
      ["client", "QUIT\r\n"],
    ]).findings,
    [],
  );
});

t.test("a hole loses the line, and says so", async (t) => {
  const { findings } = watch("ftp", [
    ["client", "PASS hun"],
    ["client", { gap: 4 }],
    ["client", "2\r\nUSER bob\r\n"],
  ]);
  t.match(findings, [{ visibility: "damaged" }, { what: "username", value: "bob" }]);
});

t.test("a line without end is cut off, not kept", async (t) => {
  const { tally } = watch("ftp", [["client", `USER ${"x".repeat(1_000_000)}`]]);
  t.equal(tally.plaintext, 1_000_005);
});

const DIGEST = "b913a602c7eda7a495b4e6e7334d3890";
const HASHED: [string, LineProtocol, Turn[]][] = [
  [
    "CRAM-MD5",
    "smtp",
    [
      ["client", "AUTH CRAM-MD5\r\n"],
      ["server", "334 x\r\n"],
      ["client", `${base64(`bob ${DIGEST}`)}\r\n`],
    ],
  ],
  ["APOP", "pop3", [["client", `APOP bob ${DIGEST}\r\n`]]],
  [
    "SCRAM",
    "imap",
    [
      ["client", `a AUTHENTICATE SCRAM-SHA-256 ${base64("n,,n=bob,r=abc")}\r\n`],
      ["server", "+ abc\r\n"],
      ["client", `${base64("c=biws,r=abcdef,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")}\r\n`],
    ],
  ],
  [
    "RTSP's Digest",
    "rtsp",
    [["client", `DESCRIBE rtsp://h/ RTSP/1.0\r\nAuthorization: Digest username="bob", response="${DIGEST}"\r\n\r\n`]],
  ],
];

for (const [what, protocol, turns] of HASHED) {
  for (const chunking of [whole, byteByByte]) {
    t.test(`${what} gives the name and a hash that is open to guessing (${chunking.name})`, async (t) => {
      const seen = watch(protocol, turns, { chunking });
      t.match(seen.findings, [
        { what: "username", value: "bob" },
        { what: "hashed password", value: /^\[redacted/, field: /open to guessing/ },
      ]);
      t.notMatch(JSON.stringify(seen.events), DIGEST);
    });
  }
}

t.test("a bearer token in SASL is a session token", async (t) => {
  const { findings } = watch("imap", [
    ["client", `a AUTHENTICATE XOAUTH2 ${base64("user=bob\x01auth=Bearer hunter2\x01\x01")}\r\n`],
  ]);
  t.match(findings, [{ value: "bob" }, { what: "session token", value: "[redacted: 7 bytes]" }]);
});

t.test("a refused AUTH makes no password of the next command, nor does the text of a mail say one", async (t) => {
  t.same(
    watch("smtp", [
      ["client", "AUTH LOGIN\r\n"],
      ["server", "535 no\r\n"],
      ["client", "QUIT\r\n"],
    ]).findings,
    [],
  );
  const mail = `DATA\r\nAUTH PLAIN ${base64("\0bob\0hunter2")}\r\n.\r\n`;
  t.same(watch("smtp", [["client", mail]]).findings, []);
});

t.test("lines cut or changed at every byte give findings, never an exception", async () => {
  for (const [, protocol, turns] of [...LOGINS, ...HASHED]) {
    turns.forEach(([, said], turn) => {
      const text = String(said);
      for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        const flipped = text.slice(0, at) + String.fromCharCode(code ^ 0xff) + text.slice(at + 1);
        for (const changed of [text.slice(0, at), flipped]) {
          watch(
            protocol,
            turns.map(([side, whole], index) => [side, index === turn ? changed : whole] as Turn),
          );
        }
      }
    });
  }
});
