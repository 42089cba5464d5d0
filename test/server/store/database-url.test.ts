// What --database may say, and that nothing repeats its password.

import t from "tap";
import { decodeDatabaseUrl, mysqlLabel } from "../../../src/server/store/database-url.js";

t.test("files are named with or without sqlite:", async (t) => {
  const files = { "sqlite:a.db": "a.db", "a.db": "a.db", "/var/lib/a.db": "/var/lib/a.db", "sqlite:/x y": "/x y" };
  for (const [text, file] of Object.entries(files)) {
    t.same(decodeDatabaseUrl(text), { kind: "sqlite", file });
  }
});

t.test("a MySQL URL gives host, port, user, password and database", async (t) => {
  t.same(decodeDatabaseUrl("mysql://app:p%40ss%2Fw@db.example/accounts?tls=off"), {
    kind: "mysql",
    hosts: [{ host: "db.example", port: 3306 }],
    user: "app",
    password: "p@ss/w",
    database: "accounts",
    tls: "off",
  });
  t.match(decodeDatabaseUrl("mysql://app@[::1]:3307/accounts"), {
    hosts: [{ host: "::1", port: 3307 }],
    password: "",
    tls: "off",
  });
});

t.test("several hosts stand in the order of preference", async (t) => {
  const target = decodeDatabaseUrl("mysql://app:p%2Cw@a.example:3307,b.example,[2001:db8::1]:3308/accounts?tls=off");
  t.match(target, {
    hosts: [
      { host: "a.example", port: 3307 },
      { host: "b.example", port: 3306 },
      { host: "2001:db8::1", port: 3308 },
    ],
    password: "p,w",
  });
  const label = target.kind === "mysql" && mysqlLabel(target);
  t.equal(label, "mysql://app@a.example:3307,b.example:3306,[2001:db8::1]:3308/accounts");
});

t.test("TLS is verified for every host but this machine, unless told otherwise", async (t) => {
  const tlsOf = (text: string): unknown => Reflect.get(decodeDatabaseUrl(text), "tls");
  t.equal(tlsOf("mysql://a:b@db.example/c"), "system");
  t.equal(tlsOf("mysql://a:b@127.0.0.1/c"), "off");
  t.equal(tlsOf("mysql://a:b@localhost/c"), "off");
  t.equal(tlsOf("mysql://a:b@localhost/c?tls=verify"), "system");
  t.same(tlsOf("mysql://a:b@db.example/c?tls=/etc/ca.pem"), { caFile: "/etc/ca.pem" });
  t.equal(tlsOf("mysql://a:b@localhost,db.example/c"), "system", "one host elsewhere is enough");
  t.equal(tlsOf("mysql://a:b@localhost,127.0.0.2/c"), "off");
  t.throws(() => decodeDatabaseUrl("mysql://a:b@192.0.2.1/c"), { code: "bad_url", message: /name/ });
});

t.test("what cannot be read is refused, and never repeated", async (t) => {
  const bad = [
    "",
    "sqlite:",
    "postgres://app:hunter2@db/x",
    "mysql://app:hunter2@db",
    "mysql://app:hunter2@/x",
    "mysql://:hunter2@db/x",
    "mysql://app:hunter2@a,,b/x",
    "mysql://app:hunter2@a,/x",
    "mysql://app:hunter2@a,b:3306,b/x",
    "mysql://app:hunter2@a,b:hunter2/x",
    "mysql://app:hunter2@db:99999/x",
    "mysql://app:hunter2%zz@db/x",
    "mysql://app:hunter2@db/x?ssl=hunter2",
    "mysql://app:hunter2@db/x?tls=",
    "mysql://app:hunter2@db/x/y",
    "mysql://app:hun/ter2@db/x",
  ];
  for (const text of bad) {
    try {
      decodeDatabaseUrl(text);
      t.fail(text);
    } catch (error) {
      t.match(error, { name: "StoreError", code: "bad_url" }, text);
      t.notMatch(`${error}${JSON.stringify(error)}`, /hunter2|ter2/);
    }
  }
});

t.test("the label has all but the password", async (t) => {
  const target = decodeDatabaseUrl("mysql://app:hunter2@[::1]:3307/accounts?tls=off");
  t.equal(target.kind === "mysql" && mysqlLabel(target), "mysql://app@[::1]:3307/accounts");
});
