import t from "tap";
import { placeHref, placeText, secondsText } from "../../../../src/sniffer/page/view/words.js";

t.test("times as people read them", async (t) => {
  const seconds = [12e-6, 0.0034, 0.25, 1.2, 125, 11_520];
  t.same(seconds.map(secondsText), ["12 µs", "3.4 ms", "250 ms", "1.20 s", "2 min 5 s", "3 h 12 min"]);
});

t.test("places in words and as links", async (t) => {
  const place = { conversation: 3, frame: 9, side: "client", offset: 1200, length: 4 } as const;
  t.equal(placeText(place), "packet 9, byte 1,200 of what the client sent");
  t.equal(placeHref(place), "#c3/client/1200");
  t.equal(placeHref({ ...place, opened: true }), "#c3/client/1200/opened");
  t.equal(placeHref({ ...place, side: null }), "#c3");
  t.equal(placeHref({ ...place, conversation: null }), undefined);
});
