import t from "tap";
import { isLoopbackHost, isOwnOrigin, PageToken } from "../../../src/sniffer/web/page-access.js";

t.test("the token lets in, nothing near it does", async (t) => {
  const token = new PageToken();
  const { text } = token;
  t.match(text, /^[A-Za-z0-9_-]{43}$/);
  t.not(new PageToken().text, text);
  t.equal(token.pathBehind(`/${text}/`), "/");
  t.equal(token.pathBehind(`/${text}`), "");
  t.equal(token.pathBehind(`/${text}/events?x=${text}`), "/events");
  const near = [
    "",
    "/",
    `${text}/`,
    `//${text}/`,
    `/${text.slice(1)}/`,
    `/x?/${text}/`,
    `/${text.toLowerCase()}/`,
    `/é${text.slice(2)}/`,
  ];
  for (const url of near) t.equal(token.pathBehind(url), undefined, url);
  for (let index = 0; index < text.length; index++) {
    const other = text[index] === "A" ? "B" : "A";
    t.equal(token.pathBehind(`/${text.slice(0, index)}${other}${text.slice(index + 1)}/`), undefined);
  }
});

t.test("only names of this machine's own are heard", async (t) => {
  for (const host of ["127.0.0.1", "127.0.0.1:80", "localhost:9", "LOCALHOST", "[::1]:1"])
    t.ok(isLoopbackHost(host), host);
  const others = [
    undefined,
    "",
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil:1",
    "127.0.0.2",
    "::1",
    "a@localhost",
  ];
  for (const host of others) t.notOk(isLoopbackHost(host), String(host));
});

t.test("pages of others ask in vain, whatever they know", async (t) => {
  for (const origin of [undefined, "http://127.0.0.1:80", "http://localhost:8080", "http://[::1]:1"])
    t.ok(isOwnOrigin(origin), String(origin));
  for (const origin of ["null", "", "http://evil.example", "https://127.0.0.1.evil.example", "file://", "127.0.0.1"])
    t.notOk(isOwnOrigin(origin), origin);
});
