import t from "tap";
import { HttpObserver } from "../../../src/sniffer/message/http-observer.js";
import { byteByByte, whole } from "../../helpers/stage-feeding.js";
import { type ObserveOptions, observe, type Turn } from "./observed-talk.js";

const watch = (turns: readonly Turn[], options?: ObserveOptions) =>
  observe((conversation) => new HttpObserver(conversation), turns, options);
const summary = ({ messages }: ReturnType<typeof watch>) =>
  messages.map(({ kind, stream_id, method, status, fields }) => [kind, stream_id, method, status ?? fields["target"]]);

for (const chunking of [whole, byteByByte]) {
  t.test(`requests and answers are told and bodies passed over (${chunking.name})`, async (t) => {
    const turns: Turn[] = [
      [
        "client",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 31\r\n\r\nGET /not HTTP/1.1\r\n\r\n..........GET /b HTTP/1.1\r\n\r\n",
      ],
      [
        "server",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nHTTP/\r\n3\r\n1.1\r\n0\r\nTrailer: x\r\n\r\n",
      ],
      ["server", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"],
      ["client", "HEAD /c HTTP/1.1\r\n\r\nGET /d HTTP/1.1\r\n\r\n"],
      [
        "server",
        "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nHTTP/1.1 200 OK\r\n\r\nuntil the end HTTP/1.1 500 No\r\n\r\n",
      ],
    ];
    const seen = watch(turns, { chunking });
    t.same(summary(seen), [
      ["request", 1, "POST", "/a"],
      ["request", 2, "GET", "/b"],
      ["response", 1, "POST", "100"],
      ["response", 1, "POST", "200"],
      ["response", 2, "GET", "304"],
      ["request", 3, "HEAD", "/c"],
      ["request", 4, "GET", "/d"],
      ["response", 3, "HEAD", "200"],
      ["response", 4, "GET", "200"],
    ]);
    t.same(seen.findings, []);
  });
}

t.test("Basic credentials are found, the password masked, with their place", async (t) => {
  const secret = Buffer.from("bob:top secret").toString("base64");
  const text = `GET / HTTP/1.1\r\nAuthorization: Basic ${secret}\r\n\r\n`;
  const { findings } = watch([["client", text]]);
  const evidence = { frame: 1, offset: text.indexOf(secret), length: secret.length };
  t.match(findings, [
    { what: "username", value: "bob", visibility: "readable", evidence },
    { what: "password", value: "[redacted: 10 bytes]", evidence },
  ]);
  t.notMatch(JSON.stringify(findings), new RegExp(`top secret|${secret}`));
});

t.test("bearer tokens, cookies and secrets in a query are masked", async (t) => {
  const { events } = watch([
    [
      "client",
      "GET /x?user=a&password=hunter2&n=1#f HTTP/1.1\r\nCookie: sid=hunter2\r\nAuthorization: Bearer hunter2\r\n\r\n",
    ],
    ["server", "HTTP/1.1 200 OK\r\nSet-Cookie: sid=hunter2\r\nContent-Length: 0\r\n\r\n"],
  ]);
  t.notMatch(JSON.stringify(events), "hunter2");
  t.match(events, [
    { fields: { target: "/x?user=a&password=[redacted: 7 bytes]&n=1#f" } },
    { what: "password", field: "http target", evidence: { offset: 23, length: 7 } },
    { what: "cookie" },
    { what: "session token" },
    {},
    { what: "cookie", side: "server" },
  ]);
});

t.test("what opens doors under a name that somebody made up is masked too", async (t) => {
  const secret = "Zx9SecretQq7TopHush";
  const paths = [
    `/x?sid=${secret}`,
    `/x?jwt=${secret}`,
    `/x?p=${secret}`,
    `/x#access_token=${secret}`,
    `/x??a?token=${secret}`,
    `http://bob:${secret}@host/`,
  ];
  for (const path of paths) {
    const { events } = watch([["client", `GET ${path} HTTP/1.1\r\n\r\n`]]);
    t.notMatch(JSON.stringify(events), secret, path);
  }
  const [harmless] = watch([["client", "GET /x?page=2&lang=en-GB HTTP/1.1\r\n\r\n"]]).events;
  t.match(harmless, { fields: { target: "/x?page=2&lang=en-GB" } });
  const named = { "X-Vault-Token": "session token", "X-Password": "password", "Ocp-Apim-Subscription-Key": "API key" };
  for (const [name, what] of Object.entries(named)) {
    const { findings } = watch([["client", `GET / HTTP/1.1\r\n${name}: ${secret}\r\n\r\n`]]);
    t.match(findings, [{ what, value: "[redacted: 19 bytes]", evidence: { length: 19 } }]);
  }
  t.same(watch([["client", "GET / HTTP/1.1\r\nSec-WebSocket-Key: abc\r\n\r\n"]]).findings, []);
});

t.test("a credential that ends the target ends before the version", async (t) => {
  const { findings } = watch([["client", "GET /x?token=abc HTTP/1.1\r\n\r\n"]]);
  t.match(findings, [{ what: "session token", value: "[redacted: 3 bytes]", evidence: { offset: 13, length: 3 } }]);
});

t.test("a tunnel that CONNECT opened, and a change of protocol, are handed over", async (t) => {
  const connect = "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n";
  const granted = "HTTP/1.1 200 Connection established\r\n\r\n";
  t.same(
    watch([
      ["client", connect],
      ["server", `${granted}more`],
    ]).handover,
    { client: connect.length, server: granted.length },
  );
  const refused = watch([
    ["client", connect],
    ["server", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"],
  ]);
  t.equal(refused.handover, undefined);
  const switched = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  t.ok(
    watch([
      ["client", "GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n"],
      ["server", switched],
    ]).handover,
  );
});

t.test("a hole within a body does no harm; one elsewhere is bridged where a head begins a packet", async (t) => {
  const within = watch([
    ["server", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"],
    ["server", { gap: 6 }],
    ["server", "cdHTTP/1.1 204 No\r\n\r\n"],
  ]);
  t.same(
    within.messages.map(({ status }) => status),
    ["200", "204"],
  );
  const lost = watch([
    ["server", "HTTP/1.1 200 OK\r\nConte"],
    ["server", { gap: 6 }],
    ["server", "h: 10\r\n\r\n"],
    ["server", "HTTP/1.1 204 No\r\n\r\n"],
  ]);
  t.same(
    lost.messages.map(({ status }) => status),
    ["204"],
  );
  t.equal(lost.tally.gap, "h: 10\r\n\r\n".length);
  t.match(lost.findings[0], { visibility: "damaged", evidence: { length: 6 } });
});

t.test("more spaces than one, and spaces within a target, do not end HTTP", async (t) => {
  const seen = watch([["client", "GET    /a  HTTP/1.1\r\n\r\nGET /b c|d HTTP/1.1\r\n\r\nGET /e HTTP/1.1\r\n\r\n"]]);
  t.same(
    summary(seen).map(([, , , target]) => target),
    ["/a", "/b c|d", "/e"],
  );
  const spaces = watch([["client", `GET /${" ".repeat(60_000)}x\r\n\r\n`]]);
  t.same(spaces.messages, []);
});

t.test("what is no message any more is said to be none", async (t) => {
  const { findings } = watch([["client", "GET / HTTP/1.1\r\n\r\nwhat is this\r\n\r\nGET / HTTP/1.1\r\n\r\n"]]);
  t.match(findings[0], { visibility: "damaged", what: /not HTTP/, evidence: { offset: 18 } });
});

t.test("lines and heads without end take no memory without end", async (t) => {
  const { messages } = watch([["client", `GET /${"a".repeat(100_000)} HTTP/1.1\r\n${"x: y\r\n".repeat(5000)}`]]);
  t.ok(JSON.stringify(messages).length < 10_000);
});

t.test("names are as long as those of other protocols are shown", async (t) => {
  const name = "n".repeat(5000);
  const form = `user=${name}`;
  const type = "Content-Type: application/x-www-form-urlencoded\r\n";
  for (const text of [
    `POST / HTTP/1.1\r\n${type}Content-Length: ${form.length}\r\n\r\n${form}`,
    `GET / HTTP/1.1\r\nAuthorization: Basic ${Buffer.from(`${name}:x`).toString("base64")}\r\n\r\n`,
    `GET / HTTP/1.1\r\nAuthorization: Digest username="${name}", response="0123abcd"\r\n\r\n`,
  ]) {
    const [found] = watch([["client", text]]).findings.filter(({ what }) => what === "username");
    t.equal(found?.value, name.slice(0, 256));
  }
});

t.test("names and passwords in forms, JSON and Digest are found where they stand, in chunks too", async (t) => {
  const form = "user=bob&pass+x=1&password=hun%74er2";
  const chunked = `${(20).toString(16)}\r\n${form.slice(0, 20)}\r\n${(form.length - 20).toString(16)}\r\n${form.slice(20)}\r\n0\r\n\r\n`;
  const type = "Content-Type: application/x-www-form-urlencoded\r\n";
  const json = '{"login": "bob", "n": 1, "password":"hun\\"ter2"}';
  const texts = [
    `POST / HTTP/1.1\r\n${type}Content-Length: ${form.length}\r\n\r\n${form}`,
    `POST / HTTP/1.1\r\n${type}Transfer-Encoding: chunked\r\n\r\n${chunked}`,
    `POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n${json}`,
    'GET / HTTP/1.1\r\nAuthorization: Digest username="bob", realm="r", response="0123abcd"\r\n\r\n',
  ];
  for (const text of texts) {
    for (const chunking of [whole, byteByByte]) {
      const { findings } = watch([["client", text]], { chunking });
      t.match(findings, [
        { what: "username", value: "bob" },
        { what: /password$/, value: /^\[redacted: [78] bytes\]$/ },
      ]);
      const { offset = 0, length = 0 } = findings[1]?.evidence ?? {};
      t.match(text.slice(offset, offset + length), /^(hun.*ter2|hun%74er2|0123abcd)$/);
    }
  }
});

t.test("heads of a thousand lines and lines of many kilobytes do not lose the place", async (t) => {
  const head = `POST /${"a".repeat(20_000)} HTTP/1.1\r\n${"x: y\r\n".repeat(1000)}Content-Length: 5\r\n\r\n12345`;
  const { messages } = watch([["client", `${head}GET /next HTTP/1.1\r\n\r\n`]]);
  t.match(messages, [{ method: "POST" }, { method: "GET", fields: { target: "/next" } }]);
});

t.test("a head that never ends is told at the end, with what it gives away", async (t) => {
  const seen = watch([
    ["client", "GET /cut HTTP/1.0\nAuthorization: Basic dXNlcjpwYXNz\n"],
    ["server", "HTTP/1.0 200 OK\r\nServer"],
  ]);
  t.same(summary(seen), [
    ["request", 1, "GET", "/cut"],
    ["response", 1, "GET", "200"],
  ]);
  t.match(JSON.stringify(seen.findings), /"password"/);
  t.match(JSON.stringify(seen.findings), /the head of a message ends before it is whole/);
  t.same(summary(watch([["client", "GET /cut HTTP/1.0 and more\n"]])), []);
});

t.test("a line begun in what is no HTTP is no part of what comes after it", async (t) => {
  const turns: Turn[] = [
    ["client", "GET /a HTTP/1.1\r\n\r\n"],
    ["server", `no status\r\n\r\n${"begun".repeat(400)}`],
    ["server", "passed over"],
    ["server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ];
  t.same(summary(watch(turns)), [
    ["request", 1, "GET", "/a"],
    ["response", 1, "GET", "200"],
  ]);
});
