import t from "tap";
import { isMethodPath, matchEarshot } from "../../../src/sniffer/message/first-frame.js";

t.test("a length prefix that promises too much is refused at once", async (t) => {
  t.equal(matchEarshot(Buffer.from("ffffff7f22", "hex")), "no");
});

t.test("a first tag that cannot begin a frame is refused without waiting for the rest", async (t) => {
  t.equal(matchEarshot(Buffer.from("50ff", "hex")), "no");
  t.equal(matchEarshot(Buffer.from("5022", "hex")), "maybe");
  t.equal(matchEarshot(Buffer.from("50", "hex")), "maybe");
});

t.test("methods are package.Service/Method", async (t) => {
  for (const good of ["a.B/C", "B/C", "a_1.b.C/d"]) t.equal(isMethodPath(good), true, good);
  for (const bad of ["", "/", "a.B", "a.B/", "/C", "a..B/C", "a.B/C/D", "a.B/C ", "1.B/C"])
    t.equal(isMethodPath(bad), false, bad);
});
