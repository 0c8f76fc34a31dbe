/** A command line that cannot be understood, or names something that is not there. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}
