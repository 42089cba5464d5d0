import t from "tap";
import { knowsLinks, linked } from "../../../src/sniffer/report/terminal-link.js";

t.test("links are for terminals that know them", async (t) => {
  const terminal = { isTTY: true };
  t.equal(knowsLinks(terminal, { TERM: "xterm-256color" }), true);
  t.equal(knowsLinks({}, { TERM: "xterm-256color" }), false);
  for (const env of [{ TERM: "dumb" }, { TERM: "xterm", NO_COLOR: "1" }, { TERM: "linux" }, {}]) {
    t.equal(knowsLinks(terminal, env), false);
  }
  t.equal(linked("here", "http://a/"), "\x1b]8;;http://a/\x1b\\here\x1b]8;;\x1b\\");
});
