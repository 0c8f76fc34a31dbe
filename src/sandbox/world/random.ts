/** A repeatable source of random values: the same seed gives the same sequence. */
export interface Random {
  /** An integer from 0 up to but excluding `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
  /** Decimal digits; the first is never 0. */
  digits(length: number): string;
  /** An id in the format of a version 4 UUID. */
  uuid(): string;
}

/** The mulberry32 generator: good enough for sample data, unfit for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const symbols = (alphabet: string, length: number): string => {
    let text = '';
    for (let position = 0; position < length; position += 1) text += alphabet.charAt(below(alphabet.length));
    return text;
  };
  const hex = (length: number): string => symbols('0123456789abcdef', length);
  return {
    below,
    pick: (list) => list[below(list.length)] ?? list[0],
    hex,
    digits: (length) => symbols('123456789', 1) + symbols('0123456789', length - 1),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${symbols('89ab', 1)}${hex(3)}-${hex(12)}`,
  };
}
