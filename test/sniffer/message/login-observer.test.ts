import t from "tap";
import { LdapLogin } from "../../../src/sniffer/message/ldap-login.js";
import { LoginObserver, type LoginTalk } from "../../../src/sniffer/message/login-observer.js";
import { MysqlLogin } from "../../../src/sniffer/message/mysql-login.js";
import { PostgresqlLogin } from "../../../src/sniffer/message/postgresql-login.js";
import { SocksLogin } from "../../../src/sniffer/message/socks-login.js";
import { byteByByte, whole } from "../../helpers/stage-feeding.js";
import { type ObserveOptions, observe, type Turn } from "./observed-talk.js";

const TALKS: Record<string, () => LoginTalk> = {
  mysql: () => new MysqlLogin(),
  postgresql: () => new PostgresqlLogin(),
  ldap: () => new LdapLogin(),
  socks: () => new SocksLogin(),
};
const watch = (talk: keyof typeof TALKS, turns: readonly Turn[], options?: ObserveOptions) =>
  observe((conversation) => new LoginObserver(conversation, (TALKS[talk] as () => LoginTalk)()), turns, options);
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
// --- Logins in the clear
const mysql = (sequence: number, body: Buffer) => Buffer.concat([Buffer.of(body.length, 0, 0, sequence), body]);
const greeting = mysql(
  0,
  Buffer.concat([
    Buffer.from("\x0a8.0.36\0"),
    Buffer.alloc(4 + 8 + 1 + 2 + 1 + 2 + 2),
    Buffer.of(21),
    Buffer.alloc(23),
    Buffer.from("mysql_native_password\0"),
  ]),
);
const response = (method: string, answer: Buffer) => {
  const capabilities = Buffer.alloc(4);
  capabilities.writeUInt32LE(0x8 | 0x200 | 0x8000 | 0x80000);
  const user = Buffer.from("bob\0");
  return mysql(
    1,
    Buffer.concat([
      capabilities,
      Buffer.alloc(28),
      user,
      Buffer.of(answer.length),
      answer,
      Buffer.from(`shop\0${method}\0`),
    ]),
  );
};
const HASH = Buffer.from("0123456789abcdefghij");
const pg = (type: string, body: Buffer | string) => {
  const bytes = Buffer.from(body as string, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length + 4);
  return Buffer.concat([Buffer.from(type, "latin1"), length, bytes]);
};
const START = pg("", "\0\x03\0\0user\0bob\0database\0shop\0\0");
const bind = (tag: number, password: string) => {
  const name = "cn=bob";
  const inner = Buffer.concat([
    Buffer.of(2, 1, 3, 4, name.length),
    Buffer.from(name),
    Buffer.of(tag, password.length),
    Buffer.from(password),
  ]);
  return Buffer.concat([Buffer.of(0x30, inner.length + 5, 2, 1, 1, 0x60, inner.length), inner]);
};

const TALKED: [string, keyof typeof TALKS, Turn[], string[]][] = [
  [
    "mysql_native_password",
    "mysql",
    [
      ["server", greeting],
      ["client", response("mysql_native_password", HASH)],
    ],
    ["username bob", "hashed password", "database shop"],
  ],
  [
    "caching_sha2_password",
    "mysql",
    [
      ["server", greeting],
      ["client", response("caching_sha2_password", Buffer.concat([HASH, HASH.subarray(0, 12)]))],
    ],
    ["username bob", "hashed password", "database shop"],
  ],
  [
    "mysql_clear_password",
    "mysql",
    [
      ["server", greeting],
      ["client", response("mysql_clear_password", Buffer.from("hunter2\0"))],
    ],
    ["username bob", "password 7", "database shop"],
  ],
  [
    "a switch to mysql_clear_password",
    "mysql",
    [
      ["server", greeting],
      ["client", response("mysql_native_password", Buffer.alloc(0))],
      ["server", mysql(2, Buffer.from("\xfemysql_clear_password\0", "latin1"))],
      ["client", mysql(3, Buffer.from("hunter2\0"))],
      ["server", mysql(4, Buffer.from("\0\0\0"))],
      ["client", mysql(0, Buffer.from("\x03select 1"))],
    ],
    ["username bob", "database shop", "password 7"],
  ],
  [
    "PostgreSQL in the clear",
    "postgresql",
    [
      ["client", START],
      ["server", pg("R", "\0\0\0\x03")],
      ["client", pg("p", "hunter2\0")],
    ],
    ["username bob", "database shop", "password 7"],
  ],
  [
    "PostgreSQL's md5",
    "postgresql",
    [
      ["client", START],
      ["server", pg("R", "\0\0\0\x05salt")],
      ["client", pg("p", "md5abc\0")],
    ],
    ["username bob", "database shop", "hashed password"],
  ],
  [
    "PostgreSQL's SCRAM after a refused TLS",
    "postgresql",
    [
      ["client", ASK],
      ["server", "N"],
      ["client", START],
      ["server", pg("R", "\0\0\0\x0aSCRAM-SHA-256\0\0")],
      ["client", pg("p", "SCRAM-SHA-256\0\0\0\0\x08n,,n=,r=")],
      ["server", pg("R", "\0\0\0\x0br=,s=,i=4096")],
      ["client", pg("p", "c=biws,r=x,p=abcd")],
      ["server", pg("R", "\0\0\0\0")],
    ],
    ["username bob", "database shop", "hashed password"],
  ],
  ["LDAP's simple bind", "ldap", [["client", bind(0x80, "hunter2")]], ["username cn=bob", "password 7"]],
  [
    "SOCKS 5",
    "socks",
    [
      ["client", "\x05\x01\x02"],
      ["server", "\x05\x02"],
      ["client", "\x01\x03bob\x07hunter2"],
      ["server", "\x01\0"],
    ],
    ["username bob", "password 7"],
  ],
  ["SOCKS 4", "socks", [["client", "\x04\x01\0\x50\x01\x02\x03\x04bob\0"]], ["username bob"]],
];

for (const [what, talk, turns, expected] of TALKED) {
  for (const chunking of [whole, byteByByte]) {
    t.test(`${what} is found (${chunking.name})`, async (t) => {
      const seen = watch(talk, turns, { chunking });
      t.same(
        seen.findings.map(({ what, value = "" }) => {
          if (what === "hashed password") return what;
          return `${what} ${/^\[redacted: (\d+)/.exec(value)?.[1] ?? value}`;
        }),
        expected,
      );
      t.notMatch(JSON.stringify(seen.events), /hunter2|0123456789abcdef/);
      const sent = Buffer.concat(
        turns.filter(([side]) => side === "client").map(([, said]) => Buffer.from(said as string, "latin1")),
      );
      for (const { what, evidence } of seen.findings) {
        const { offset = 0, length = 0 } = evidence;
        if (what === "password") t.equal(sent.toString("latin1", offset, offset + length), "hunter2");
      }
    });
  }
}

t.test("talks cut or changed at every byte give findings, never an exception", async () => {
  for (const [, talk, turns] of TALKED) {
    turns.forEach(([, said], turn) => {
      const bytes = Buffer.from(said as string, "latin1");
      for (let at = 0; at < bytes.length; at += 1) {
        for (const changed of [
          bytes.subarray(0, at),
          bytes.map((byte, index) => (index === at ? byte ^ 0xff : byte)),
        ]) {
          watch(
            talk,
            turns.map(([side, whole], index) => [side, index === turn ? changed : whole] as Turn),
          );
        }
      }
    });
  }
});

t.test("LDAP hands over where StartTLS was granted, SOCKS where the connection was", async (t) => {
  const oid = Buffer.from("1.3.6.1.4.1.1466.20037");
  const start = Buffer.concat([Buffer.of(0x30, oid.length + 7, 2, 1, 1, 0x77, oid.length + 2, 0x80, oid.length), oid]);
  const granted = Buffer.from("300c02010178070a010004000400", "hex");
  t.same(
    watch("ldap", [
      ["client", start],
      ["server", granted],
    ]).handover,
    { client: start.length, server: granted.length },
  );
  const refused = Buffer.from("300c02010178070a010204000400", "hex");
  t.equal(
    watch("ldap", [
      ["client", start],
      ["server", refused],
    ]).handover,
    undefined,
  );
  const reply = "\x05\0\0\x01\0\0\0\0\0\0";
  const socks: Turn[] = [
    ["client", "\x05\x01\0"],
    ["server", "\x05\0"],
    ["client", "\x05\x01\0\x03\x01h\0\x50"],
    ["server", `${reply}more`],
  ];
  t.same(watch("socks", socks).handover, { client: 11, server: 12 });
});
