// Keeps what was made of the last few inputs: thousands of connections come from a handful of clients and servers.

const MAX_REMEMBERED = 256;

/** The same function, made so that it works once for each of the last inputs, which are the same where their keys are. */
export function rememberLatest<Input, Value>(
  keyOf: (input: Input) => string,
  make: (input: Input) => Value,
): (input: Input) => Value {
  const made = new Map<string, Value>();
  return (input) => {
    const key = keyOf(input);
    const known = made.get(key);
    if (known !== undefined) return known;
    if (made.size >= MAX_REMEMBERED) made.clear();
    const value = make(input);
    made.set(key, value);
    return value;
  };
}
