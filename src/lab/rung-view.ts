// What the man in the middle has of a rung, as the sniffer's pages show it: recorded from his capture, without any keys.
import { readFile } from "node:fs/promises";
import { newAssessor } from "../sniffer/finding/assessment.js";
import { CaptureReader, Pipeline, ProtoFolders, SecretList } from "../sniffer/index.js";
import type { PageModel } from "../sniffer/page/page-model.js";
import { PageRecorder } from "../sniffer/page/page-recorder.js";

/** `secretFile`: what must not be shown, one a line. */
export async function recordView(capture: string, name: string, secretFile: string): Promise<PageModel> {
  const recorder = new PageRecorder({ name, live: false });
  const schemas = new ProtoFolders();
  const pipeline = new Pipeline({
    schema: () => schemas.schema(),
    secrets: SecretList.decode(await readFile(secretFile)),
    assess: newAssessor,
    tap: (event) => recorder.pushStream(event),
  });
  const drain = (): void => {
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) recorder.push(event);
  };
  const reader = new CaptureReader();
  reader.push(await readFile(capture));
  reader.finish();
  for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
    recorder.packet(packet, packet.bytes.length);
    pipeline.push(packet);
    drain();
  }
  pipeline.finish();
  drain();
  return recorder.model();
}
