// A few lines of a stream's bytes, from where it gets interesting: enough for a beamer.
import { fromBase64, toBase64 } from "../../sniffer/page/bar-list.js";
import type { Sample, SamplePiece, Span, SpanClass } from "../../sniffer/page/page-model.js";

const EXCERPT_BYTES = 112;
const LINE_BYTES = 16;
/** What is interesting begins a line or two down, so that what comes before it shows too. */
const LEAD_BYTES = 32;

/** Where its first secret is, else what is `readable`, else where encrypted content begins, else its beginning. */
export function excerptOf(sample: Sample, readable?: number): Sample {
  const spans = sample.pieces.flatMap((piece) => piece.spans);
  const offsetOf = (name: SpanClass) => spans.find((span) => span.class === name)?.offset;
  const target = offsetOf("secret") ?? readable ?? offsetOf("ciphertext") ?? 0;
  const from = Math.max(0, Math.floor((target - LEAD_BYTES) / LINE_BYTES) * LINE_BYTES);
  const piece = sample.pieces.find(({ offset, spans: own }) => offset <= from && from < endOf(offset, own));
  return { ...sample, pieces: piece === undefined ? [] : [cut(piece, from)] };
}

function cut({ offset, data, spans }: SamplePiece, from: number): SamplePiece {
  const bytes = fromBase64(data).slice(from - offset, from - offset + EXCERPT_BYTES);
  const to = from + bytes.length;
  const kept = spans.flatMap((span): Span[] => {
    const [begin, end] = [Math.max(from, span.offset), Math.min(to, span.offset + span.length)];
    return begin < end ? [{ offset: begin, length: end - begin, class: span.class }] : [];
  });
  return { offset: from, data: toBase64(bytes), spans: kept };
}

function endOf(offset: number, spans: readonly Span[]): number {
  return spans.reduce((end, span) => Math.max(end, span.offset + span.length), offset);
}
