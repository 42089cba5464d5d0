// Suricata's "flow" events of ICMP: types and codes in the place of ports.
import type { Microseconds } from "./connection-facts.js";
import { eveAddress, eveTime, flowFields, flowId } from "./eve-flow.js";
import type { IcmpConversation } from "./icmp-log.js";

/** `now`: when it is told, by the packets' own time. */
export function icmpFlowLine(one: IcmpConversation, now: Microseconds | undefined): string {
  const { source, destination, isV6, communityId, firstFrame, started, ended, sent, answered, answer } = one;
  return JSON.stringify({
    timestamp: eveTime(now),
    flow_id: flowId(communityId, firstFrame),
    event_type: "flow",
    src_ip: eveAddress(source),
    dest_ip: eveAddress(destination),
    proto: isV6 ? "IPv6-ICMP" : "ICMP",
    icmp_type: one.type,
    icmp_code: one.code,
    ...(answer === undefined ? {} : { response_icmp_type: answer.type, response_icmp_code: answer.code }),
    flow: flowFields(
      { toServer: sent, toClient: answered, started, ended, state: answered.packets > 0 ? "established" : "new" },
      now,
    ),
    community_id: communityId,
  });
}
