// What `sniffer --help` prints: at most 80 columns.
export const HELP = `usage: sniffer [-i INTERFACE] [SECONDS] [options] [BPF filter...]
       sniffer -r FILE [options]
       sniffer --relay LISTEN=HOST:PORT [options]
       sniffer --guess FILE... [--json]
       sniffer diff BEFORE.json AFTER.json [--json]
       sniffer completion bash|zsh|fish

Shows what someone on the wire can and cannot read.

where the packets come from
  -i INTERFACE         capture live, as root (default: any, where there is one)
  -r FILE              read a pcap or pcapng file, also gzipped; - is a pipe
  --relay LISTEN=HOST:PORT
                       pass TCP connections on and watch them; needs neither
                       root nor libpcap
  -D, --list           list the interfaces and exit
  --backend cap|tcpdump
                       how to capture (default: tcpdump on lo and any, else
                       cap; the other one where it is not installed)

how much
  --seconds N, or N    stop after N seconds (-i and --relay)
  -c COUNT             stop after COUNT packets
  -s BYTES             keep only the first BYTES of each packet
  BPF filter...        such as: tcp port 443 (only with -i)

what to look for
  --proto DIR          .proto files that say what messages mean; repeatable
  --keylog FILE        TLS secrets, as SSLKEYLOGFILE has them: what they open
                       is read too; a live capture waits for the file, and
                       reads on as it grows
  --secret-file FILE   secrets, one a line: exit code 3 if one is seen; none is
                       ever printed
  --extract DIR        write each conversation's bytes to DIR/ID.client and
                       DIR/ID.server

what a recording is worth later
  --what-if            judge each TLS handshake: forward secrecy, resumption,
                       early data, quantum computers; who could read it in
                       future and with which key, see docs/what-if.md

what can be guessed
  --guess FILE...      how often lengths and times of TLS records give away
                       which call was made and how it ended; the lab records
                       FILE.pcapng with FILE.labels.json, see docs/lengths.md

what has changed
  diff BEFORE.json AFTER.json
                       what more can be read in one run's --json than in
                       another's: exit code 5 if there is any

what to keep
  -w FILE              write the packets to FILE as pcapng, with a comment on
                       each that gives something away; - is a pipe
  -b filesize:KB, duration:SECONDS, packets:N
                       begin the next file after so much, as dumpcap does:
                       x.pcapng becomes x_00001_20251129101500.pcapng
  -b files:N           keep the last N of them
  -C MB, -G SECONDS    the same as tcpdump does: x, x1, x2; with -G, FILE may
                       hold strftime(3) signs
  -W N                 with -C, keep the last N; with -G alone, end after N

while it captures
  --immediate-mode     tcpdump gives packets at once, not within a second; it
                       loses some when there are very many
  --max-memory MB      how much memory may be taken (default: no bound in all)
  -Z USER              as root: whose rights are enough once the capture has
                       begun (default: who ran sudo, else nobody; root: stay)

how it is shown
  --report FILE.html   write it all as one page to look at: who could read what,
                       every record in time, the handshakes in plain words
  --web [PORT]         the same as a live page on 127.0.0.1 (default: a free
                       port); its address is printed. It stays after the end
                       until Ctrl-C; away from a terminal, while it is open
  --json               one JSON object a line
  --format FORMAT      text, json, zeek (conn.log and ssl.log) or eve (as
                       Suricata's eve.json): docs/formats.md
  -T fields -e NAME... -E OPTION...
                       a line for each packet of the fields named, as tshark
                       has them: -e ip.src -e tls.handshake.ja3 -E separator=,
  --log-dir DIR        with --format zeek: conn.log and ssl.log as files in DIR
  --packets            also a line for each packet
  --count              read headers only, and count packets by protocol
  --tls-aware          also a line for each TLS record, and more of each hello
  -n                   for habit: addresses are never turned into names
  -h, --help           this text
  -V, --version        the version

examples
  sniffer -r capture.pcapng                     what could be read of a capture
  sniffer -r capture.pcapng --report page.html  the same as a page to look at
  sniffer -i lo 60 --tls-aware tcp port 7443    a minute of what runs here
  sniffer -i lo 10 --web tcp port 7443          watch it in a browser
  sniffer --relay 7000=127.0.0.1:7443           stand between, without root
  sniffer -r capture.pcapng --keylog keys.txt --extract streams
  sniffer -r capture.pcapng -T fields -e ip.src -e tls.handshake.ja3
  sniffer -r capture.pcapng --json > after.json
  sniffer diff before.json after.json           for release gates
  source <(sniffer completion bash)

exit code: 0 fine, 1 could not run, 2 usage, 3 a secret was seen,
           4 the input is damaged, 5 diff: more can be read than before
`;
