import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { FIELDS } from "../../../../src/sniffer/export/fields/field-table.js";
import { ipv4 } from "../../packet/packet-bytes.js";
import { captureFile } from "../../played-capture.js";
import { run } from "../../sniffer-program.js";

const CAPTURES = "test/fixtures/captures";
const TLS12 = `${CAPTURES}/illustrated-tls12/capture.pcap`;
const TLS13 = `${CAPTURES}/illustrated-tls13/capture.pcap`;
const withoutTshark = spawnSync("tshark", ["--version"]).status !== 0 && "no tshark here";
/** Of later versions of tshark than Debian's, or in need of a plug-in there. */
const NOT_THERE: ReadonlySet<string> = new Set(["tls.handshake.ja4", "communityid"]);

const fields = (names: readonly string[]) => ["-T", "fields", ...names.flatMap((name) => ["-e", name])];

t.test("every field is as tshark prints it", { skip: withoutTshark }, async (t) => {
  const names = [...FIELDS.keys()].filter((name) => !NOT_THERE.has(name));
  for (const capture of [
    TLS12,
    TLS13,
    `${CAPTURES}/pcapng-more/ntp.pcap`,
    `${CAPTURES}/pcapng-more/modified-format.pcap`,
  ]) {
    const order = ["-o", "tcp.reassemble_out_of_order:TRUE"];
    const theirs = execFileSync("tshark", [...order, "-r", capture, ...fields(names)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const ours = (await run(["-r", capture, ...fields(names)])).stdout;
    t.same(ours.split("\n"), theirs.split("\n"), capture);
  }
});

t.test("reserved flags and a datagram's own word of its length", { skip: withoutTshark }, async (t) => {
  const capture = join(t.testdir({}), "headers.pcapng");
  // AE (RFC 9768) stands beside the data offset; the datagram says 300 bytes and has 12.
  const segment = Buffer.from("138801bb000000010000000051180400000000007879", "hex");
  const datagram = Buffer.from("1388c3500000000061626364", "hex");
  datagram.writeUInt16BE(300, 4);
  writeFileSync(capture, captureFile([ipv4({ protocol: 6 }, segment), ipv4({ protocol: 17 }, datagram)]));
  const asked = fields(["tcp.flags", "tcp.len", "udp.length"]);
  const { stdout } = await run(["-r", capture, ...asked]);
  t.equal(stdout, "0x0118\t2\t\n\t\t300\n");
  const theirs = execFileSync("tshark", ["-r", capture, ...asked], { stdio: ["ignore", "pipe", "ignore"] });
  t.equal(stdout, theirs.toString());
});

t.test("-E: header, separator, aggregator, occurrence, quote", async (t) => {
  const names = ["frame.number", "tls.record.content_type"];
  const with_ = async (...format: string[]) => {
    const { stdout } = await run(["-r", TLS12, ...fields(names), ...format.flatMap((one) => ["-E", one])]);
    return stdout.split("\n");
  };
  const plain = await with_();
  const at = plain.findIndex((line) => line.includes(","));
  const [number = "", types = ""] = plain[at]?.split("\t") ?? [];
  t.match(types, /^\d+,\d+/);
  t.equal((await with_("header=y"))[0], "frame.number\ttls.record.content_type");
  t.equal((await with_("separator=;"))[at], `${number};${types}`);
  t.equal((await with_("separator=/s", "aggregator=;"))[at], `${number} ${types.replaceAll(",", ";")}`);
  t.equal((await with_("occurrence=f"))[at], `${number}\t${types.split(",")[0]}`);
  t.equal((await with_("occurrence=l"))[at], `${number}\t${types.split(",").at(-1)}`);
  t.equal((await with_("quote=d"))[at], `"${number}"\t"${types}"`);
});

t.test("what does not go is named, with what may have been meant", async (t) => {
  for (const [args, why] of [
    [["-T", "fields"], /needs what to show/],
    [["-T", "pdml", "-e", "ip.src"], /-T is "fields"/],
    [["-e", "ip.src"], /go with -T fields/],
    [fields(["ip.scr"]), /did you mean ip\.src/],
    [fields(["nothing.at.all.like.it"]), /the fields are: frame\.number/],
    [[...fields(["ip.src"]), "-E", "separator=abc"], /takes one character/],
    [[...fields(["ip.src"]), "-E", "colour=y"], /-E takes header/],
    [[...fields(["ip.src"]), "--json"], /exclude each other/],
  ] as const) {
    const { code, stderr, stdout } = await run(["-r", TLS12, ...args]);
    t.same([code, stdout], [2, ""]);
    t.match(stderr, why);
  }
});
