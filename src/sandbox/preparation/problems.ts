import { Refusal } from '../http/refusal.js';

const maxShown = 20;

/** Thrown if an account or a part of it cannot be prepared; nothing was changed. One problem per line of the message. */
export class PreparationError extends Error {
  override readonly name = 'PreparationError';

  constructor(problems: readonly string[]) {
    const more = problems.length - maxShown;
    super([...problems.slice(0, maxShown), ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
  }
}

/** Collects what is wrong, so that all of it can be fixed at once. */
export interface Problems {
  add(problem: string): void;
  /** Runs a check that throws a Refusal; returns `fallback` if it does. */
  during<Value>(check: () => Value, fallback: Value): Value;
  /** @throws PreparationError if there is a problem */
  throwIfAny(): void;
}

export function collectProblems(): Problems {
  const problems: string[] = [];
  return {
    add: (problem) => void problems.push(problem),
    during(check, fallback) {
      try {
        return check();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        problems.push(error.message);
        return fallback;
      }
    },
    throwIfAny() {
      if (problems.length > 0) throw new PreparationError(problems);
    },
  };
}
