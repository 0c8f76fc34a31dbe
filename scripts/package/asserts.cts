/*
 * In the place of node:assert. For a failed assertion without a message that one reads the source file and parses it, to
 * quote the expression: in a bundle this takes five seconds, in which the process answers nothing. An HTTP answer is
 * enough to make an assertion of undici fail. It is CommonJS, since what requires it calls what it gets.
 */

/** A condition that its author took for granted does not hold. */
class AssertionError extends Error {
  override readonly name = 'AssertionError';
  readonly code = 'ERR_ASSERTION';
}

/** @throws AssertionError, or what is given in its place, where a condition does not hold. */
function assert(condition: unknown, message: string | Error = 'An internal check failed'): asserts condition {
  if (condition) return;
  throw message instanceof Error ? message : new AssertionError(message);
}

export = assert;
