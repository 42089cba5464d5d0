// Stored sessions: newest first, each once but the last, never past their certificate, and never more than fit.

import { X509Certificate } from "node:crypto";
import t from "tap";
import { SessionStore, type StoredSession } from "../../../src/rpc/transport/session-store.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";

const made = await makeCertificate(await makeAuthority(), { notBefore: new Date(0), notAfter: new Date(10_000) });
const early = await makeCertificate(await makeAuthority(), { notBefore: new Date(0), notAfter: new Date(2_000) });
const certificate = new X509Certificate(made.cert);
const session = (text: string): StoredSession => ({ session: Buffer.from(text), certificate });
const soonOver = { session: Buffer.from("over"), certificate: new X509Certificate(early.cert) };

t.test("the newest is given out first, each once but the last, and only for its own key", async (t) => {
  const store = new SessionStore();
  store.add("a", session("old"));
  store.add("a", session("new"));
  store.add("b", session("other"));
  t.equal(String(store.take("a", 0)?.session), "new");
  t.equal(String(store.take("a", 0)?.session), "old");
  t.equal(String(store.take("a", 0)?.session), "old", "the last, again");
  store.add("a", session("newer"));
  t.equal(String(store.take("a", 0)?.session), "newer");
  t.equal(store.take("c", 0), undefined);
  t.equal(String(store.take("b", 0)?.session), "other");
});

t.test("a session whose certificate has run out is passed over", async (t) => {
  const store = new SessionStore();
  store.add("a", session("good"));
  store.add("a", soonOver);
  t.equal(String(store.take("a", 3_000)?.session), "good");
  store.add("b", soonOver);
  t.equal(store.take("b", 3_000), undefined);
  t.equal(store.take("b", 1_000), undefined, "and is not kept");
});

t.test("of one key the oldest go, and of many the key that was filled least recently", async (t) => {
  const store = new SessionStore();
  for (let index = 0; index < 40; index += 1) {
    store.add("busy", session(String(index)));
  }
  const kept: string[] = [];
  for (let next = store.take("busy", 0); kept.at(-1) !== String(next?.session); next = store.take("busy", 0)) {
    kept.push(String(next?.session));
  }
  t.equal(kept.length, 32);
  t.equal(kept.at(-1), "8");
  for (let index = 0; index < 600; index += 1) {
    store.add(`key ${index}`, session("x"));
  }
  const there = Array.from({ length: 600 }, (_, index) => store.take(`key ${index}`, 0) !== undefined);
  t.equal(there.filter(Boolean).length, 512);
  t.equal(there.lastIndexOf(false), 600 - 512 - 1);
});
