import t from "tap";
import { type Listed, RecencyList } from "../../../src/sniffer/stream/recency-list.js";

class Item implements Listed<Item> {
  older: Item | undefined;
  newer: Item | undefined;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function listOf(names: string) {
  const list = new RecencyList<Item>();
  const items = [...names].map((name) => new Item(name));
  for (const item of items) list.add(item);
  return { list, items };
}

const names = (list: RecencyList<Item>) => [...list].map(({ name }) => name).join("");

t.test("the oldest is the one not touched for longest", async (t) => {
  const { list, items } = listOf("abc");
  const [a, b, c] = items;
  if (a === undefined || b === undefined || c === undefined) throw new Error("three items");
  t.equal(names(list), "abc");
  list.touch(a);
  t.equal(names(list), "bca");
  t.equal(list.oldest, b);
  list.touch(a);
  t.equal(names(list), "bca", "the newest stays where it is");
  list.touch(c);
  t.equal(names(list), "bac");
  t.equal(list.size, 3);
});

t.test("any item can be removed, the one at hand too", async (t) => {
  for (const gone of "abc") {
    const { list, items } = listOf("abc");
    for (const item of items.filter(({ name }) => name === gone)) list.remove(item);
    t.equal(names(list), "abc".replace(gone, ""));
    t.equal(list.size, 2);
  }
  const { list } = listOf("abcde");
  for (const item of list) list.remove(item);
  t.same([names(list), list.size, list.oldest], ["", 0, undefined]);
});
