// Ports that a server is likely to have: those that Zeek's analyzers are registered for (its `likely_server_ports`).
import { TCP } from "../packet/decoded-packet.js";

const TCP_PORTS: ReadonlySet<number> = new Set([
  21, 22, 25, 53, 80, 81, 88, 110, 135, 137, 139, 143, 194, 389, 443, 445, 502, 563, 585, 587, 614, 631, 636, 989, 990,
  992, 993, 995, 1080, 1344, 1434, 1883, 2575, 2811, 3128, 3268, 3306, 3389, 5060, 5223, 5353, 5432, 6379, 6666, 6667,
  6668, 6669, 8000, 8080, 8888, 20_000,
]);

const UDP_PORTS: ReadonlySet<number> = new Set([
  53, 67, 68, 88, 123, 137, 161, 162, 389, 443, 514, 1434, 1812, 2152, 2123, 3544, 4789, 5060, 5353, 5355, 5072, 6081,
  8472, 20_000,
]);

export function isServerPort(transport: number, port: number): boolean {
  return (transport === TCP ? TCP_PORTS : UDP_PORTS).has(port);
}
