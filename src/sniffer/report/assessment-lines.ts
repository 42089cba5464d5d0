// What --what-if prints of an assessment: a line for each statement, and one for each reader to come.
import type { AssessmentEvent, AssessmentStatement, FutureReader } from "../event.js";
import type { EventLine } from "./event-line.js";
import type { Style } from "./paint.js";

const STATEMENT_STYLES: Readonly<Record<AssessmentStatement["rating"], Style>> = {
  good: "green",
  weak: "yellow",
  bad: "red",
  unknown: "dim",
};

const READER_STYLES: Readonly<Record<FutureReader["can"], Style>> = {
  read: "red",
  "read early data": "yellow",
  impersonate: "yellow",
  nothing: "green",
};

export function assessmentLines({ conversation, frame, statements, readers }: AssessmentEvent): EventLine[] {
  const common = { conversation, side: undefined, wrap: true };
  return [
    ...statements.map((statement) => ({
      ...common,
      frame: statement.frame ?? undefined,
      label: statement.rating,
      style: STATEMENT_STYLES[statement.rating],
      text: `${statement.topic.replaceAll("_", " ")}: ${statement.text}`,
    })),
    ...readers.map(({ who, can, text }) => ({
      ...common,
      frame,
      label: "later",
      style: READER_STYLES[can],
      text: `${who} can ${can === "nothing" ? "read nothing" : can}: ${text}`,
    })),
  ];
}
