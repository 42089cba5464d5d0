// What the pages show of one conversation, made of what was kept of it.
import { isEncryptedApplication } from "../encrypted-application.js";
import type { Side } from "../event.js";
import { versionName } from "../tls/names.js";
import { encodeBars } from "./bar-list.js";
import { disclosureOf } from "./byte-disclosure.js";
import type { ConversationRecord } from "./conversation-record.js";
import { knownExposure } from "./known-exposure.js";
import type { Bar, PageDetail, PageRow, Sample, SpanClass } from "./page-model.js";
import { sampledBytes } from "./sampled-bytes.js";

const SIDES: readonly Side[] = ["client", "server"];

export function rowOf(record: ConversationRecord): PageRow {
  const { facts, startSeconds, lastSeconds } = record;
  const { conversation } = facts;
  return {
    id: conversation.id,
    protocol: conversation.protocol,
    client: conversation.client,
    server: conversation.server,
    application: facts.application ?? "unknown",
    serverName: facts.serverName?.text ?? null,
    version: facts.version === undefined ? null : versionName(Number(facts.version)),
    level: knownExposure(facts).content.passive.level,
    state: conversation.state,
    start: startSeconds,
    seconds: lastSeconds - startSeconds,
    clientBytes: conversation.bytes.client,
    serverBytes: conversation.bytes.server,
    gaps: conversation.gaps,
    firstFrame: conversation.firstFrame,
    lastFrame: conversation.lastFrame,
    secrets: facts.secrets,
  };
}

/** `sampleBytes`: how many bytes of the streams there is room for. */
export function detailOf(record: ConversationRecord, sampleBytes: number): PageDetail {
  const bars = barsOf(record);
  return {
    row: rowOf(record),
    communityId: record.facts.conversation.communityId,
    matrix: knownExposure(record.facts),
    steps: record.story.steps,
    assessment: record.assessment,
    bars: encodeBars(
      bars,
      record.records.more + record.segments.more,
      record.records.moreBytes + record.segments.moreBytes,
    ),
    findings: [...record.findings.values()],
    messages: record.messages,
    moreFindings: record.moreFindings,
    moreMessages: record.moreMessages,
    samples: samplesOf(record, sampleBytes),
  };
}

/** Records, and segments where there are none; in the order of packets. */
function barsOf({ facts, records, segments, sides }: ConversationRecord): Bar[] {
  const bars: Bar[] = [];
  for (let index = 0; index < records.count; index++) {
    const held = records.at(index);
    if (held !== undefined) bars.push(held.bar);
  }
  const plain = isClear(facts.application) ? "plaintext" : "not_understood";
  for (let index = 0; index < segments.count; index++) {
    const held = segments.at(index);
    if (held === undefined) continue;
    const { bar, offset } = held;
    if (bar.class === "gap") bars.push(bar);
    else if (offset < (sides[bar.side].firstRecord ?? Number.POSITIVE_INFINITY)) bars.push({ ...bar, class: plain });
  }
  return bars.sort((left, right) => left.frame - right.frame);
}

function samplesOf({ facts, sides, isClosed }: ConversationRecord, maxBytes: number): Sample[] {
  const watched = isClear(facts.application);
  const { protocol, state } = facts.conversation;
  // A datagram is whole when it comes.
  const isOpen = protocol === "tcp" && (!isClosed || state === "open");
  const within = facts.conversation.openedApplication;
  const base: SpanClass = watched ? "plaintext" : "not_understood";
  let room = maxBytes;
  return SIDES.flatMap((side) =>
    [false, true].flatMap((opened): Sample[] => {
      const stream = opened ? sides[side].opened : sides[side].captured;
      if (stream.until === 0) return [];
      // What keys opened is looked into as plaintext is.
      const pieces = opened
        ? stream.pieces(room, { base: "plaintext", disclosure: disclosureOf(within), watched: true, isOpen })
        : stream.pieces(room, { base, disclosure: disclosureOf(facts.application), watched, isOpen });
      const sample: Sample = { side, opened, totalBytes: stream.until, pieces };
      room -= sampledBytes(sample);
      return [sample];
    }),
  );
}

/** Of the others nothing is looked into here, and so no secret can be missed. */
function isClear(application = "unknown"): boolean {
  return application !== "unknown" && !isEncryptedApplication(application);
}
