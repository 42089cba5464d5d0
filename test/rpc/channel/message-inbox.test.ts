// The inbox of a stream: reads and arrivals in any order, credit, decoding, and the bytes that wait.

import t from "tap";
import { CREDIT_STEP_BYTES } from "../../../src/rpc/channel/credit.js";
import { inbox, message, refusal, UNDECODABLE } from "./inbox-host.js";

const WINDOW_BYTES = 65_536;

t.test("what arrives before it is read waits; what is awaited is given at once", async (t) => {
  const { stream, told } = inbox();
  stream.receive(message("a"));
  stream.receive(message("b"));
  t.equal(stream.bufferedBytes, 6);
  t.match(await stream.next(), { done: false, value: { text: "a" } });
  t.match(await stream.next(), { done: false, value: { text: "b" } });
  const awaited = stream.next();
  stream.receive(message("c"));
  t.match(await awaited, { done: false, value: { text: "c" } });
  t.equal(stream.bufferedBytes, 0);
  t.same(told, ["buffered 3", "buffered 3", "buffered -3", "buffered -3"]);
});

t.test("concurrent reads are served in order, and those left over end", async (t) => {
  const { stream } = inbox();
  const reads = [stream.next(), stream.next(), stream.next(), stream.next()];
  stream.receive(message("a"));
  stream.receive(message(""));
  stream.end();
  t.match(await Promise.all(reads), [
    { value: { text: "a" } },
    { value: { text: "" } },
    { done: true },
    { done: true },
  ]);
  t.match(await stream.next(), { done: true, value: undefined });
});

t.test("it is its own iterator, and a loop reads it to the end", async (t) => {
  const { stream, told } = inbox();
  t.equal(stream[Symbol.asyncIterator](), stream);
  stream.receive(message("a"));
  stream.receive(message("b"));
  stream.end();
  const texts: unknown[] = [];
  for await (const one of stream) texts.push("text" in one && one.text);
  t.same(texts, ["a", "b"]);
  t.notOk(told.includes("abandoned"));
});

t.test("credit that is used up exactly, and overdrawn by one message", (t) => {
  const exact = inbox(WINDOW_BYTES).stream;
  exact.receive(new Uint8Array(WINDOW_BYTES - 1));
  exact.receive(new Uint8Array(1));
  t.match(
    refusal(() => exact.receive(new Uint8Array(0))),
    { codeName: "RESOURCE_EXHAUSTED", reason: "protocol_error" },
  );
  t.equal(exact.bufferedBytes, WINDOW_BYTES, "what was refused does not count");
  const overdrawn = inbox(WINDOW_BYTES).stream;
  overdrawn.receive(new Uint8Array(WINDOW_BYTES - 1));
  overdrawn.receive(new Uint8Array(1_000_000));
  t.match(
    refusal(() => overdrawn.receive(new Uint8Array(1))),
    { codeName: "RESOURCE_EXHAUSTED" },
  );
  t.end();
});

t.test("an empty message costs one byte", async (t) => {
  const { stream } = inbox(3);
  for (let count = 0; count < 3; count += 1) stream.receive(message(""));
  t.equal(stream.bufferedBytes, 3);
  t.match(
    refusal(() => stream.receive(message(""))),
    { codeName: "RESOURCE_EXHAUSTED" },
  );
  for (let count = 0; count < 3; count += 1) await stream.next();
  t.equal(stream.bufferedBytes, 0);
});

t.test("credit is given once half the floor was read, and not before", async (t) => {
  const { stream, told } = inbox(WINDOW_BYTES);
  const granted = (): string[] => told.filter((line) => line.startsWith("credit"));
  const half = message("x".repeat(CREDIT_STEP_BYTES - 4));
  t.equal(half.length, CREDIT_STEP_BYTES);
  stream.receive(half.subarray(0, 0));
  stream.receive(half);
  t.same(granted(), [], "not for what waits");
  await stream.next();
  t.same(granted(), []);
  await stream.next();
  t.same(granted(), [`credit ${CREDIT_STEP_BYTES + 1}`]);
  const awaited = stream.next();
  stream.receive(half);
  await awaited;
  t.same(granted(), [`credit ${CREDIT_STEP_BYTES + 1}`, `credit ${CREDIT_STEP_BYTES}`]);
});

t.test("who overdrew gets no room before all of it was read", async (t) => {
  const { stream, told } = inbox(WINDOW_BYTES);
  const huge = message("x".repeat(300_000));
  stream.receive(message("y"));
  stream.receive(huge);
  await stream.next();
  t.match(
    refusal(() => stream.receive(message(""))),
    { codeName: "RESOURCE_EXHAUSTED" },
  );
  await stream.next();
  t.same(told.at(-1), `credit ${huge.length + 3}`);
  stream.receive(message(""));
  t.equal(stream.bufferedBytes, 1);
});

t.test("no credit is given for a stream whose end has come", async (t) => {
  const { stream, told } = inbox(WINDOW_BYTES);
  stream.receive(message("x".repeat(50_000)));
  stream.end();
  await stream.next();
  t.notOk(told.some((line) => line.startsWith("credit")));
});

for (const awaited of [false, true]) {
  const when = awaited ? "that was awaited" : "that waited";
  t.test(`a message ${when} and does not decode ends the stream`, async (t) => {
    const { stream, told } = inbox();
    const arrive = (): void => {
      stream.receive(UNDECODABLE);
      stream.receive(message("never read"));
    };
    if (!awaited) arrive();
    const reads = [stream.next(), stream.next()];
    if (awaited) arrive();
    t.match(await Promise.allSettled(reads), [
      { status: "rejected", reason: { message: "undecodable" } },
      { status: "fulfilled", value: { done: true } },
    ]);
    t.match(await stream.next(), { done: true });
    t.equal(stream.bufferedBytes, 0);
    t.equal(told.filter((line) => line === "undecodable").length, 1);
    t.notOk(told.includes("abandoned"));
    stream.receive(message("late"));
    t.equal(stream.bufferedBytes, 0, "what comes later is dropped");
    t.match(await stream.next(), { done: true });
  });
}

t.test("data after the end is the peer's fault; after a failure it is only late", (t) => {
  const ended = inbox().stream;
  ended.end();
  t.match(
    refusal(() => ended.receive(message("late"))),
    { codeName: "INVALID_ARGUMENT", reason: "protocol_error" },
  );
  const left = inbox(3).stream;
  left.return();
  left.receive(message("a"));
  t.equal(left.bufferedBytes, 0);
  t.match(
    refusal(() => left.receive(message("a"))),
    { codeName: "RESOURCE_EXHAUSTED" },
    "late, but beyond its credit all the same",
  );
  t.end();
});
