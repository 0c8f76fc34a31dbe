/** What one check came to. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found, on one line. */
  readonly found: string;
  /** What to do, a sentence a line. */
  readonly advice?: string;
}

/** A check as it was made; `passing` where the failure may be gone when it is made again. */
export interface Finding extends Check {
  readonly passing?: boolean;
}

/** Nothing is wrong. */
export const ok = (name: string, found: string): Finding => ({ name, status: 'ok', found });

/** It works, but may not do what is meant. */
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

/** It was not looked at, for the reason given. */
export const skipped = (name: string, why: string): Finding => ({ name, status: 'skipped', found: why });
