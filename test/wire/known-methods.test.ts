import t from "tap";
import type { RequestFrame } from "../../src/wire/frame.js";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { methodBytes } from "../../src/wire/known-methods.js";

t.test("a method comes out as it went in, first and again, between others and with another decoder", async (t) => {
  const methods = ["", "a", "€", "\ufeff\ufffd", "x".repeat(256), "é".repeat(128), ...manyMethods(600)];
  for (let round = 0; round < 3; round += 1) {
    const decoder = new FrameDecoder();
    for (const method of methods) {
      decoder.push(frameBytes(method));
      t.equal(methodOf(decoder), method);
    }
  }
});

t.test("bytes that differ in one place are another method", async (t) => {
  const decoder = new FrameDecoder();
  const method = "package.Service/Method";
  for (let at = 0; at < method.length; at += 1) {
    for (const other of [`${method.slice(0, at)}!${method.slice(at + 1)}`, method, method.slice(0, at)]) {
      decoder.push(frameBytes(other));
      t.equal(methodOf(decoder), other);
    }
  }
});

t.test("what is known keeps its bytes when the chunk's memory is used again", async (t) => {
  const chunk = frameBytes("package.Service/Reused");
  const decoder = new FrameDecoder();
  decoder.push(chunk);
  t.equal(methodOf(decoder), "package.Service/Reused");
  chunk.set(frameBytes("package.Service/Second"));
  decoder.push(chunk);
  t.equal(methodOf(decoder), "package.Service/Second");
});

t.test("a method that one decoder knows is still too long for a stricter one", async (t) => {
  const bytes = frameBytes("package.Service/Method");
  const lenient = new FrameDecoder();
  lenient.push(bytes);
  t.equal(methodOf(lenient), "package.Service/Method");
  const strict = new FrameDecoder({ maxMethodBytes: 21 });
  strict.push(bytes);
  t.throws(() => strict.next(), { code: "limit_exceeded", message: /a method has 22 bytes, more than 21/ });
});

t.test("bytes that are no UTF-8 are refused each time", async (t) => {
  const bytes = frameBytes("package.Service/Method of some length");
  bytes[bytes.indexOf("Method")] = 0xff;
  for (let round = 0; round < 2; round += 1) {
    const decoder = new FrameDecoder();
    decoder.push(bytes);
    t.throws(() => decoder.next(), { code: "invalid_utf8" });
  }
});

t.test("the bytes of a method are made once, and again after a great many others", async (t) => {
  const first = methodBytes("package.Service/First");
  t.equal(methodBytes("package.Service/First"), first);
  manyMethods(600).forEach(methodBytes);
  const later = methodBytes("package.Service/First");
  t.not(later, first);
  t.same(later, first);
});

function manyMethods(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `package.Service/Method${index}`);
}

function frameBytes(method: string): Buffer {
  const frame: RequestFrame = {
    kind: "request",
    streamId: 1,
    method,
    timeoutMs: 0,
    open: false,
    credit: 0,
    metadata: [],
    payload: new Uint8Array(0),
  };
  return Buffer.from(encodeFrame(frame).head);
}

function methodOf(decoder: FrameDecoder): string | undefined {
  const frame = decoder.next()?.frame;
  decoder.next();
  return frame?.kind === "request" ? frame.method : undefined;
}
