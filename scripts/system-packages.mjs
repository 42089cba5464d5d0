// The system packages that the tests need, and how to get them: by apt-get as root on Debian, otherwise by telling.
import { existsSync } from "node:fs";
import { fail, run, succeeds } from "./process.mjs";

const needs = [
  { name: "libpcap headers", debian: "libpcap-dev", fedora: "libpcap-devel", brew: "libpcap", has: hasPcapHeaders },
  { name: "tcpdump", debian: "tcpdump", fedora: "tcpdump", brew: "tcpdump", has: () => onPath("tcpdump") },
  {
    name: "MariaDB",
    debian: "mariadb-server",
    fedora: "mariadb-server",
    brew: "mariadb",
    has: () => onPath("mariadbd"),
  },
  { name: "Galera", debian: "galera-4", fedora: "galera", brew: "galera", has: hasGalera },
  {
    name: "MariaDB's programs for state transfer",
    debian: "mariadb-server",
    fedora: "mariadb-server-galera",
    brew: "mariadb",
    /** Debian's mariadb-server-core has the server without them. */
    has: () => process.platform !== "linux" || onPath("wsrep_sst_rsync"),
  },
  { name: "rsync", debian: "rsync", fedora: "rsync", brew: "rsync", has: () => onPath("rsync") },
  { name: "openssl", debian: "openssl", fedora: "openssl", brew: "openssl", has: () => onPath("openssl") },
  { name: "tshark", debian: "tshark", fedora: "wireshark-cli", brew: "wireshark", has: () => onPath("tshark") },
  {
    name: "Python's protobuf",
    debian: "python3-protobuf",
    fedora: "python3-protobuf",
    brew: "protobuf",
    has: () =>
      succeeds(existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3", ["-c", "import google.protobuf"]),
  },
  {
    name: "Chromium",
    debian: "chromium",
    fedora: "chromium",
    brew: "--cask chromium",
    has: hasChromium,
    /** Large, and not to be had everywhere: its tests are left out then, and say so. */
    isOptional: true,
  },
];

/** Whether the headers that the `cap` package compiles against are there. */
export function hasPcapHeaders() {
  return ["/usr/include", "/usr/local/include", "/opt/homebrew/include"].some((folder) =>
    existsSync(`${folder}/pcap/pcap.h`),
  );
}

/** Any that the tests of the pages can drive; test/helpers/chromium.ts looks in the same places. */
function hasChromium() {
  return ["chromium", "chromium-browser", "google-chrome"].some(onPath) || existsSync("/Applications/Chromium.app");
}

/** Several MariaDB nodes that are one database: Linux alone has it, and elsewhere its tests are left out. */
function hasGalera() {
  return (
    process.platform !== "linux" || ["lib", "lib64"].some((lib) => existsSync(`/usr/${lib}/galera/libgalera_smm.so`))
  );
}

/** Installs what is missing, or says what to install and stops. */
export function installSystemPackages() {
  installNeeded();
  installOptional();
}

function installNeeded() {
  const missing = needs.filter((need) => need.isOptional !== true && !need.has());
  if (missing.length === 0) return;
  const names = missing.map((need) => need.name).join(", ");
  if (!existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) fail(howToInstall(names, missing));
  const packages = missing.map((need) => need.debian);
  process.stderr.write(`earshot: installing system packages for the tests: ${packages.join(" ")} …\n`);
  aptGet(["update", "-qq"]);
  aptGet(["install", "-y", "-qq", "--no-install-recommends", ...packages]);
  const still = missing.filter((need) => !need.has());
  if (still.length > 0) fail(`apt-get ran, but these are still missing: ${still.map((need) => need.name).join(", ")}`);
}

function installOptional() {
  const missing = needs.filter((need) => need.isOptional === true && !need.has());
  if (missing.length === 0 || !existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) return;
  for (const { debian, name } of missing) {
    process.stderr.write(`earshot: installing ${debian} for the tests …\n`);
    const install = ["install", "-y", "-qq", "--no-install-recommends", debian];
    const codes = [["update", "-qq"], install].map((args) => aptGet(args, { allowFailure: true }));
    if (codes.some((code) => code !== 0)) process.stderr.write(`earshot: the tests that need ${name} are left out\n`);
  }
}

function howToInstall(names, missing) {
  const list = (key) => missing.map((need) => need[key]).join(" ");
  return [
    `the tests need ${names}. Install with one of:`,
    `  Debian, Ubuntu:  sudo apt-get install --no-install-recommends ${list("debian")}`,
    `  Fedora:          sudo dnf install ${list("fedora")}`,
    `  macOS:           brew install ${list("brew")}`,
    "and run the command again. (npm start needs none of them.)",
  ].join("\n");
}

function aptGet(args, options = {}) {
  return run("apt-get", args, { quiet: true, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, ...options });
}

function onPath(program) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(`${folder}/${program}`));
}
