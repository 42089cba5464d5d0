import t from "tap";
import { type Database, DatabaseObserver, isDatabase } from "../../../src/sniffer/message/database-observer.js";
import { byteByByte, whole } from "../../helpers/stage-feeding.js";
import { type ObserveOptions, observe, type Turn } from "./observed-talk.js";

const watch = (database: Database, turns: readonly Turn[], options?: ObserveOptions) =>
  observe((conversation) => new DatabaseObserver(conversation, database), turns, options);
const ASK = Buffer.from("0000000804d2162f", "hex");
const MYSQL_ASK = Buffer.concat([Buffer.from("2000000185ae0000", "hex"), Buffer.alloc(28)]);
const GREETING = Buffer.from("4a0000000a382e302e333600", "hex");

for (const chunking of [whole, byteByByte]) {
  t.test(`PostgreSQL hands over behind the S (${chunking.name})`, async (t) => {
    t.same(
      watch(
        "postgresql",
        [
          ["client", ASK],
          ["server", "S"],
        ],
        { chunking },
      ).handover,
      { client: 8, server: 1 },
    );
    t.equal(
      watch(
        "postgresql",
        [
          ["client", ASK],
          ["server", "N"],
        ],
        { chunking },
      ).handover,
      undefined,
    );
    t.equal(
      watch(
        "postgresql",
        [
          ["client", "\0\0\0\x09\0\x03\0\0\0"],
          ["server", "S"],
        ],
        { chunking },
      ).handover,
      undefined,
    );
  });

  t.test(`MySQL hands over behind the client's SSLRequest (${chunking.name})`, async (t) => {
    const asked = watch(
      "mysql",
      [
        ["server", GREETING],
        ["client", MYSQL_ASK],
      ],
      { chunking },
    );
    t.same(asked.handover, { client: 36, server: GREETING.length });
    const plain = Buffer.from(MYSQL_ASK);
    plain[5] = 0xa6;
    t.equal(
      watch(
        "mysql",
        [
          ["server", GREETING],
          ["client", plain],
        ],
        { chunking },
      ).handover,
      undefined,
    );
  });
}

t.test("what follows the request in the same packet is left to the next observer", async (t) => {
  const seen = watch("mysql", [
    ["server", GREETING],
    ["client", Buffer.concat([MYSQL_ASK, Buffer.from("160301", "hex")])],
  ]);
  t.equal(seen.tally.plaintext, GREETING.length + 36);
});

t.test("names of databases are known", async (t) => {
  t.equal(isDatabase("mysql"), true);
  t.equal(isDatabase("redis"), false);
});
