import t from "tap";
import { disclosed, disclosureOf } from "../../../src/sniffer/page/byte-disclosure.js";

/** What is not shown as "•". */
function shown(application: string, text: string, offset = 0): string {
  const bytes = Buffer.from(text, "latin1");
  const mask = disclosed(bytes, offset, disclosureOf(application));
  return Array.from(bytes, (byte, index) => (mask[index] === 1 ? String.fromCharCode(byte) : "•")).join("");
}

const dots = (text: string): string => "•".repeat(text.length);

/** Its begin and its end are shown. */
function masked(line: string, begin: string): string {
  const end = /(?: (?:HTTP|RTSP)\/1\.[01])?(?:\r\n)?$/.exec(line)?.[0] ?? "";
  return begin.endsWith("\r\n") ? begin : begin + dots(line.slice(begin.length, line.length - end.length)) + end;
}

t.test("of HTTP the path, the names of fields and the values of known ones are shown", async (t) => {
  const head = "GET /mail HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
  t.equal(shown("http", head), head);
  for (const [line, visible] of [
    ["GET /x?z=1&code=hunter2 HTTP/1.1\r\n", "GET /x"],
    ["GET /x;jsessionid=hunter2 HTTP/1.1\r\n", "GET /x"],
    ["GET /reset/9f86d081884c7d659a2f/ok HTTP/1.1\r\n", "GET /reset"],
    [`GET /invite/${"x".repeat(65)} HTTP/1.1\r\n`, "GET /invite"],
    ["POST /earshot.accounts.v1.AccountService/Login HTTP/1.1\r\n", "POST /earshot.accounts.v1.AccountService/Login"],
    ["GET http://bob:hunter2@a/ HTTP/1.1\r\n", ""],
    ["DESCRIBE rtsp://bob:hunter2@a/ RTSP/1.0\r\n", ""],
    ["X-Made-Up-Token: hunter2\r\n", "X-Made-Up-Token:"],
    ["Cookie : sid=hunter2\r\n", ""],
    ["Referer: http://a/?token=hunter2\r\n", "Referer:"],
    [" folded=hunter2\r\n", ""],
    ['{"pin":["hunter2"]}', ""],
    ["\x81\x10hunter2", ""],
  ] as const) {
    t.equal(shown("http", line), masked(line, visible), line);
  }
});

t.test("a piece that begins within a line says nothing of that line", async (t) => {
  const rest = "Host: x\r\n";
  t.equal(shown("http", `er2; Host: a\r\n${rest}`, 900), dots("er2; Host: a\r\n") + rest);
  t.equal(shown("http", "Host: a", 900), dots("Host: a"));
});

t.test("of mail and files the commands are shown, not what follows a password's, nor what is sent", async (t) => {
  for (const [line, visible] of [
    ["USER bob\r\n", "USER bob\r\n"],
    ["PASS hunter2\r\n", "PASS"],
    ["pass hunter2", "pass"],
    ["ACCT hunter2\r\n", "ACCT"],
    ["AUTH PLAIN AGJvYgBodW50ZXIy\r\n", "AUTH PLAIN"],
    ["AUTH hunter2secret\r\n", "AUTH"],
    ["aHVudGVyMg==\r\n", ""],
    ["334 UGFzc3dvcmQ6\r\n", "334 "],
    ["235 ok\r\n", "235 ok\r\n"],
    ['a1 LOGIN bob "hunter2"\r\n', "a1 LOGIN"],
    ["a1 OK done\r\n", "a1 OK done\r\n"],
    ["+ challenge\r\n", ""],
    ["* my password is hunter2\r\n", ""],
    ["User password: hunter2\r\n", ""],
    ["Subject: hunter2\r\n", ""],
  ] as const) {
    t.equal(shown("imap", line), masked(line, visible), line);
  }
});

t.test("of HTTP/2 no header field is shown, whatever its packing, and no content", async (t) => {
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const settings = "\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64";
  const fields = "\0\0\x07\x01\x04\0\0\0\x01";
  const said = `${preface}${settings}${fields}hunter2${settings}`;
  t.equal(shown("http2", said), said.replace("hunter2", dots("hunter2")));
  t.equal(shown("http2", "\0\0\x07"), "\0\0\x07", "a head that is cut off");
  t.equal(shown("http2", settings, 9000), dots(settings), "nobody knows where a frame begins");
});

t.test("of what is not understood no text is shown, however it is encoded", async (t) => {
  const binary = (text: string) => shown("unknown", `\x01\x02${text}\x03\x04`);
  for (const text of ["hunter2", "pin1", "h\0u\0n\0t\0e\0r", "p\xc3\xa4ss", "aHVudGVyMg==", "pass\r\nword\r\n"]) {
    t.equal(binary(text), `\x01\x02${dots(text)}\x03\x04`, text);
  }
  t.equal(binary("abc"), "\x01\x02abc\x03\x04", "three letters come about by chance");
  t.equal(shown("unknown", "er2\x01\x02ab"), "•••\x01\x02••", "unless they may be part of more");
  const call = "\x01earshot.accounts.v1.AccountService/Login\x12\x01";
  t.equal(shown("earshot", call), call, "a method's name is no secret");
});

t.test("what keys hide is shown", async (t) => {
  for (const name of ["ssh", "dtls", "quic"]) t.equal(shown(name, "example"), "example");
});
