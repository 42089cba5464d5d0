// Pages of played captures, for tests.
import type { SecretList } from "../../../src/sniffer/finding/secret-search.js";
import type { RawPacket } from "../../../src/sniffer/packet/raw-packet.js";
import { fromBase64 } from "../../../src/sniffer/page/bar-list.js";
import type { PageDetail, PageModel } from "../../../src/sniffer/page/page-model.js";
import { PAGE_LIMITS, type PageLimits, PageRecorder } from "../../../src/sniffer/page/page-recorder.js";
import { Pipeline } from "../../../src/sniffer/pipeline.js";

export interface RecordOptions {
  readonly keyLog?: string | undefined;
  readonly limits?: Partial<PageLimits>;
  readonly live?: boolean;
  readonly secrets?: SecretList;
  /** False: the capture goes on. */
  readonly finish?: boolean;
  /** Sees the recorder after each packet. */
  readonly watch?: (recorder: PageRecorder) => void;
}

export function recordPage(packets: Iterable<RawPacket>, options: RecordOptions = {}): PageRecorder {
  const { keyLog, limits, live = false, secrets, finish = true, watch } = options;
  const recorder = new PageRecorder({ name: "test.pcapng", live }, { ...PAGE_LIMITS, ...limits });
  const pipeline = new Pipeline({
    ...(secrets && { secrets }),
    tap: (event) => recorder.pushStream(event),
    tapDecrypted: (event) => recorder.pushOpened(event),
  });
  if (keyLog !== undefined) pipeline.addKeys(keyLog);
  const drain = (): void => {
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) recorder.push(event);
  };
  for (const packet of packets) {
    recorder.packet(packet, packet.bytes.length);
    pipeline.push(packet);
    drain();
    watch?.(recorder);
  }
  if (finish) pipeline.finish();
  drain();
  return recorder;
}

export function detailOf(model: PageModel, id: number): PageDetail {
  const found = model.details.find(({ row }) => row.id === id);
  if (found === undefined) throw new Error(`conversation ${id} has no details`);
  return found;
}

/** All bytes that the page carries of one side, as text. */
export function shownText(detail: PageDetail, side: "client" | "server", opened = false): string {
  const samples = detail.samples.filter((sample) => sample.side === side && sample.opened === opened);
  return samples
    .flatMap(({ pieces }) => pieces)
    .map(({ data }) => Buffer.from(fromBase64(data)).toString("latin1"))
    .join("|");
}
