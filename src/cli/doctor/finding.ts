/** The result of a check. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found, on one line. */
  readonly found: string;
  /** What was found in detail, each on a line of its own. */
  readonly items?: readonly string[];
  /** What to do, one sentence on each line. */
  readonly advice?: string;
}

/** A check with what decides the exit code. */
export interface Finding extends Check {
  /** Whether the failure may go away by itself. */
  readonly passing?: boolean;
}

/** Everything is fine. */
export const ok = (name: string, found: string): Finding => ({ name, status: 'ok', found });

/** It works, but perhaps not as intended. */
export const warning = (name: string, found: string, advice: string): Finding => ({
  name,
  status: 'warning',
  found,
  advice,
});

/** It does not work. */
export const failed = (name: string, found: string, advice: string, passing = false): Finding => ({
  name,
  status: 'failed',
  found,
  advice,
  passing,
});

/** It was not checked, for the given reason. */
export const skipped = (name: string, reason: string): Finding => ({ name, status: 'skipped', found: reason });
