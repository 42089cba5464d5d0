// How long a stream may be silent: a limit for each of its messages, where one for all would end a long stream.
import { ClientError } from "../client-error.js";

/**
 * The values of `stream`. Throws ClientError "timed_out" when one takes longer than `timeoutMs`, and then calls `giveUp`,
 * which has to end what the stream waits for. The time that the reader takes does not count.
 */
export async function* patientlyRead<T>(
  stream: AsyncIterable<T>,
  timeoutMs: number,
  giveUp: () => void,
): AsyncGenerator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const result = await inTime(iterator.next(), timeoutMs, giveUp);
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function inTime<T>(next: Promise<T>, timeoutMs: number, giveUp: () => void): Promise<T> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    giveUp();
  }, timeoutMs);
  try {
    return await next;
  } catch (error) {
    if (!isLate) throw error;
    const message = "The server sent nothing more in time; try again, or allow more with --timeout SECONDS.";
    throw new ClientError("timed_out", message, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
