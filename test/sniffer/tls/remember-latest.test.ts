import t from "tap";
import { rememberLatest } from "../../../src/sniffer/tls/remember-latest.js";

t.test("the same text is worked on once, and what is kept is bounded", async (t) => {
  let calls = 0;
  const upper = rememberLatest(
    (text: string) => text,
    (text) => {
      calls += 1;
      return text.toUpperCase();
    },
  );
  t.equal(upper("a"), "A");
  t.equal(upper("a"), "A");
  t.equal(calls, 1);
  for (let index = 0; index < 1000; index++) upper(`text ${index}`);
  t.equal(upper("a"), "A");
  t.equal(calls, 1002);
});
