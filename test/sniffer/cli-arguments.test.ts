import t from "tap";
import { decodeArguments } from "../../src/sniffer/cli-arguments.js";
import { HELP } from "../../src/sniffer/help-text.js";
import { UsageError } from "../../src/sniffer/usage-error.js";

const options = (line: string) => {
  const command = decodeArguments(line.split(" ").filter((word) => word !== ""));
  return command.kind === "run" ? command.options : command;
};

t.test("flags that people know", async (t) => {
  t.match(options("-r a.pcap -w b.pcapng -c 5 -s 96 -n --json --packets --tls-aware"), {
    source: { kind: "file", path: "a.pcap" },
    write: "b.pcapng",
    maxPackets: 5,
    snapBytes: 96,
    json: true,
    packets: true,
    tlsAware: true,
  });
  t.match(options("-nr -"), { source: { kind: "file", path: "-" } });
  t.match(options("--proto a --proto b -r x"), { protoFolders: ["a", "b"] });
  t.equal((options("-s 0 -r x") as { snapBytes?: number }).snapBytes, undefined, "0 means all, as in tcpdump");
});

t.test("a live capture takes an interface, seconds in two ways, and a filter in words", async (t) => {
  t.match(options("-i lo 60 tcp port 443"), {
    source: { kind: "live", interfaceName: "lo", filter: "tcp port 443" },
    seconds: 60,
  });
  t.match(options("60"), { source: { kind: "live", interfaceName: undefined, filter: "" }, seconds: 60 });
  t.match(options("--seconds 0.5 -i lo port 53"), { source: { filter: "port 53" }, seconds: 0.5 });
  t.match(options("-i lo --backend tcpdump"), { source: { backend: "tcpdump" } });
});

t.test("rings are asked for as dumpcap and tcpdump have it", async (t) => {
  t.match(options("-i lo -w x -b filesize:5 -b duration:0.5 -b packets:7 -b files:3"), {
    ring: { maxBytes: 5000, maxSeconds: 0.5, maxPackets: 7, maxFiles: 3, endsWithLast: false, naming: "dumpcap" },
  });
  t.match(options("-r x -w y -C 2 -W 10"), { ring: { maxBytes: 2_000_000, maxFiles: 10, endsWithLast: false } });
  t.match(options("-r x -w y -G 60 -W 10"), { ring: { maxSeconds: 60, maxFiles: 10, endsWithLast: true } });
  t.match(options("-i lo --max-memory 256 -Z nobody --immediate-mode"), {
    maxMemoryMegabytes: 256,
    user: "nobody",
    immediate: true,
    ring: undefined,
  });
});

t.test("the relay takes its route, and seconds", async (t) => {
  t.match(options("--relay a:1=b:2 5"), { source: { kind: "relay", route: "a:1=b:2" }, seconds: 5 });
});

t.test("help, version and list come before all else", async (t) => {
  t.same(decodeArguments(["-r", "x", "--help"]), { kind: "help" });
  t.same(decodeArguments(["-V"]), { kind: "version" });
  t.same(decodeArguments(["-D"]), { kind: "list" });
  for (const line of HELP.split("\n")) t.ok(line.length <= 80, line);
});

t.test("what cannot be meant is refused, and says what", async (t) => {
  const wrong: [string, RegExp][] = [
    ["-r x -i lo", /exclude/],
    ["-r x tcp port 1", /filter.*-i alone/],
    ["-r x --seconds 3", /live/],
    ["-r x 3", /live/],
    ["-i lo 3 --seconds 4", /twice/],
    ["--relay a:1=b:2 port 3", /filter/],
    ["-r x -c 0", /-c/],
    ["-r x -c many", /-c/],
    ["-r x -s -1", /^-s needs a value, and what follows it begins with a dash$/],
    ["-r x -c -1", /^-c needs a value, and what follows it begins with a dash$/],
    ["--seconds -1", /^--seconds needs a value/],
    ["-i lo --seconds soon", /seconds/],
    ["-i lo --seconds 0", /seconds/],
    ["-i lo --backend magic", /cap or tcpdump/],
    ["-r x --backend cap", /--backend/],
    ["-i lo -i eth0", /-i any/],
    ["-r x -b packets:1", /-w FILE/],
    ["-r x -w - -b packets:1", /pipe/],
    ["-r x -w y -b files:3", /when a file is full/],
    ["-r x -w y -b nonsense:3", /filesize:KB/],
    ["-r x -w y -b packets", /not ""/],
    ["-r x -w y -b packets:0", /above 0/],
    ["-r x -w y -b packets:1:2", /not "packets:1:2"/],
    ["-r x -w y -b filesize:1.5", /whole number/],
    ["-r x -w y -b files:100000 -b packets:1", /99999/],
    ["-r x -w y -b packets:1 -b packets:2", /twice/],
    ["-r x -w y -b packets:1 -C 1", /not both/],
    ["-r x -w y -W 3", /-C or -G/],
    ["-r x -W 3", /^-W is for -w FILE$/],
    ["-r x --json --packets --count", /--packets needs a run without it/],
    ["-r x --count --secret-file s", /--secret-file needs/],
    ["-r x --count --report p.html", /--report needs/],
    ["-r x --format zeek --format eve", /^--format is given twice$/],
    ["-r x --read y", /^--read is given twice$/],
    ["--keylog= -r x", /^--keylog needs a value behind it$/],
    ["-r x -w y -G many", /-G/],
    ["-r x --max-memory 1", /128/],
    ["-r x -Z nobody", /-Z/],
    ["-i lo -Z ../x", /name of a user/],
    ["--nonsense", /nonsense/],
    ["-r", /-r/],
  ];
  for (const [line, message] of wrong) t.throws(() => options(line), { name: "UsageError", message }, line);
  t.throws(() => options("-i lo --json=yes"), UsageError);
});
