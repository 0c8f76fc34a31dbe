/** Exit codes, for scripts. */
export const exitCodes = {
  done: 0,
  /** It failed and sent nothing. After bulk, a failed contact may have got a change that can be repeated. */
  failed: 1,
  /** The command line, a setting or the arguments are wrong, and nothing was done. */
  usage: 2,
  /** It is unknown whether it was done. */
  unknown: 3,
  /** It failed and may succeed later. After bulk: some contacts remain. */
  again: 4,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
