// The two forms of a log line: text for people, and JSON by pino for programs.

import { pino } from "pino";

export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export const LOG_FORMATS = ["text", "json"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];
export type LogFields = Readonly<Record<string, string | number | undefined>>;
/** Makes the whole of a line, with its end. */
export type LogLines = (level: LogLevel, event: string, fields: LogFields) => string;

const PLAIN_VALUE = /^[A-Za-z0-9._:/@+-]+$/;
const UNSEEN = /[\u007f-\u009f\u2028\u2029]/g;

/** `TIME LEVEL EVENT key=value …`. Values that hold anything but plain characters are quoted, so that nobody writes lines of their own. */
export const textLines: LogLines = (level, event, fields) => {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${quoted(String(value))}`);
  return `${new Date().toISOString()} ${level} ${event}${pairs.join("")}\n`;
};

/** `{"level":…,"time":…,"event":…,…}`: times as in the text form. */
export function jsonLines(): LogLines {
  let made = "";
  const logger = pino(
    {
      level: "debug",
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label === "warn" ? "warning" : label }) },
    },
    // Called at once, before the logging call returns.
    {
      write: (line) => {
        made = line;
      },
    },
  );
  return (level, event, fields) => {
    logger[level === "warning" ? "warn" : level]({ event, ...fields });
    return made.replace(UNSEEN, "?");
  };
}

export function linesOf(format: LogFormat): LogLines {
  return format === "json" ? jsonLines() : textLines;
}

function quoted(value: string): string {
  return PLAIN_VALUE.test(value) ? value : JSON.stringify(value).replace(UNSEEN, "?");
}
