/*
 * Replaces node:assert. When an assertion without a message fails, node:assert parses the source file to quote the
 * expression. In a bundle this blocks the process for five seconds, and an HTTP response is enough to make an assertion of undici
 * fail. This file is CommonJS because the packages that require it call the module itself.
 */

class AssertionError extends Error {
  override readonly name = 'AssertionError';
  readonly code = 'ERR_ASSERTION';
}

function assert(condition: unknown, message: string | Error = 'An internal check failed'): asserts condition {
  if (condition) return;
  throw message instanceof Error ? message : new AssertionError(message);
}

export = assert;
