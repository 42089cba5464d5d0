import t from "tap";
import { ResultQueue } from "../../src/bytes/result-queue.js";

t.test("results come out in the order in which they went in, also when more come in between", async (t) => {
  const queue = new ResultQueue<number>();
  t.equal(queue.next(), undefined);
  queue.push(1);
  queue.push(2);
  t.equal(queue.next(), 1);
  queue.push(3);
  t.same([queue.next(), queue.next(), queue.next()], [2, 3, undefined]);
  queue.push(4);
  t.same([queue.next(), queue.next()], [4, undefined]);
});
