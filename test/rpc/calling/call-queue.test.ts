// Waiting calls: first in, first out, and any may leave early without leaving a hole that lasts.

import t from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { CallQueue } from "../../../src/rpc/calling/call-queue.js";
import type { ClientCall } from "../../../src/rpc/calling/client-call.js";
import { UnaryCall } from "../../../src/rpc/calling/unary-call.js";

function call(): ClientCall {
  const route = { path: "p", method: AccountServiceDefinition.methods.login, kind: "unary" } as const;
  const opening = { metadata: [], payload: new Uint8Array(0), signal: undefined, onResponseMetadata: undefined };
  return new UnaryCall(
    { onGivenUp: () => {} },
    route,
    opening,
    () => {},
    () => {},
  );
}

t.test("calls leave in order, and those that left early are skipped", async (t) => {
  const queue = new CallQueue();
  const calls = Array.from({ length: 300 }, call);
  for (const one of calls) {
    queue.add(one);
  }
  const stay = calls.filter((_, index) => index % 7 === 0);
  for (const one of calls) {
    if (!stay.includes(one)) {
      queue.remove(one);
      queue.remove(one);
    }
  }
  t.equal(queue.size, stay.length);
  const left: ClientCall[] = [];
  for (let first = queue.first(); first !== undefined; first = queue.first()) {
    left.push(first);
    queue.remove(first);
  }
  t.ok(left.every((one, index) => one === stay[index]));
  t.equal(left.length, stay.length);
  t.equal(queue.first(), undefined);
});

t.test("takeAll empties the queue, and it can be used again", async (t) => {
  const queue = new CallQueue();
  const first = call();
  queue.add(call());
  queue.add(first);
  t.equal(queue.takeAll().length, 2);
  t.equal(queue.size, 0);
  queue.add(first);
  t.equal(queue.first(), first);
});
