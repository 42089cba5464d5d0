import { once } from "node:events";
import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { decodeDrops } from "../../../src/sniffer/capture/tcpdump-source.js";
import { chooseUser, whatNeedsRoot } from "../../../src/sniffer/capture/user-rights.js";
import { run, start } from "../sniffer-program.js";

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : "only root has rights to give up";
/** The test runner's own files are not for everyone. */
const BARE = { NODE_OPTIONS: "" };

/** Real, effective, saved and file system's. */
const idsOf = (pid: number | string | undefined) =>
  /^Uid:\t(.*)$/m
    .exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]
    ?.split("\t")
    .map(Number);

for (const backend of ["cap", "tcpdump"] as const) {
  t.test(
    `with ${backend}, nothing that reads packets is root's`,
    { skip: skip || process.platform !== "linux" },
    async (t) => {
      const folder = t.testdir({});
      chmodSync(folder, 0o777);
      const path = join(folder, "x.pcapng");
      const sniffer = start(["-i", "lo", "--backend", backend, "-Z", "nobody", "-w", path, "tcp port 1"], BARE);
      const said = await sniffer.said(/capturing on lo|^sniffer: .*$/m).catch(() => "");
      if (!said.startsWith("capturing")) {
        t.comment(`${backend} cannot capture here: ${(await sniffer.ended).stderr}`);
        return;
      }
      // Its rights are given up right behind the line.
      sniffer.child.kill("SIGUSR1");
      await sniffer.said(/0 packets, 0 bytes, 0 conversations open/);
      const nobody = chooseUser("nobody", {});
      const { pid } = sniffer.child;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ");
      t.equal(children.length, 1);
      for (const one of [pid, ...children]) t.same(idsOf(one), Array(4).fill(nobody?.uid));
      sniffer.child.kill("SIGTERM");
      t.equal((await sniffer.ended).code, 0);
      t.equal(statSync(path).uid, 0, "what was opened before stays root's");
    },
  );
}

t.test("where root is needed later, it is said, or with -Z refused", { skip }, async (t) => {
  const folder = t.testdir({ keys: "" });
  chmodSync(join(folder, "keys"), 0o600);
  const args = ["--relay", "0=127.0.0.1:1", "--json", "--keylog", join(folder, "keys")];
  t.match(await run([...args, "-Z", "nobody"], undefined, BARE), {
    code: 1,
    stderr: /-Z nobody: nobody may not use .*keys/,
  });
  const user = chooseUser(undefined, {});
  t.match(user && whatNeedsRoot(user, { read: [join(folder, "keys")], writeIn: [] }), /keys$/);
  t.equal(process.geteuid?.(), 0, "root is back");
  chmodSync(folder, 0o755);
  t.equal(user && whatNeedsRoot(user, { read: [], writeIn: [folder] }), folder);
});

t.test("who it is to be", { skip }, async (t) => {
  t.match(chooseUser(undefined, {}), { name: "nobody" });
  t.equal(chooseUser("root", {}), undefined);
  t.equal(chooseUser(undefined, { SUDO_USER: "root" }), undefined);
  t.throws(() => chooseUser("no-such-user-here", {}), { code: "bad_user", message: /no such user/ });
});

t.test("the folder of --extract is for whoever goes on writing in it", { skip }, async (t) => {
  const folder = t.testdir({});
  chmodSync(folder, 0o755);
  const sniffer = start(["--relay", "0=127.0.0.1:1", "-Z", "nobody", "--extract", join(folder, "out")], BARE);
  await sniffer.said(/relaying/);
  t.equal(statSync(join(folder, "out")).uid, chooseUser("nobody", {})?.uid);
  sniffer.child.kill("SIGINT");
  const [code] = await once(sniffer.child, "close");
  t.equal(code, 0);
});

t.test("what tcpdump dropped is read from what it says at its end and in between", async (t) => {
  const end =
    "9 packets captured\n9 packets received by filter\n1 packet dropped by kernel\n2 packets dropped by interface\n";
  t.equal(decodeDrops("tcpdump: listening on lo\n"), undefined);
  t.equal(decodeDrops(`tcpdump: 5 packets captured, 5 packets received by filter, 7 packets dropped by kernel\n`), 7);
  t.equal(decodeDrops(`tcpdump: 5 packets captured, 7 packets dropped by kernel\n${end}`), 3);
});
