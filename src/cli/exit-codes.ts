/** How a command ended, for scripts. */
export const exitCodes = {
  done: 0,
  /** It failed, and what failed sent nothing; of a bulk, it may have made a change that can be made again. */
  failed: 1,
  /** The command line, a setting or the arguments are wrong; what is wrong was not done. */
  usage: 2,
  /** It is not known whether it was done. */
  unknown: 3,
  /** It failed, and the same may succeed later; of a bulk, there is more to do. */
  again: 4,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
