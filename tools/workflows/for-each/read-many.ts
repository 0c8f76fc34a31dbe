import { CallError } from '../../contract/failure.js';
import type { Steps } from '../../contract/workflow.js';
import { runMany } from './run-many.js';
import { concernsAll, isLongPause } from './stop-rules.js';

/** Enough to make ten requests a second that take up to one second each. */
const maxInFlight = 10;

/** The share of the call's time that is kept for the reads in flight: no further read starts in it. */
const reservedShare = 0.2;

/** What many reads came to. An item that is in neither map was not read in time. */
export interface ManyReads<Item, Answer> {
  readonly answers: ReadonlyMap<Item, Answer>;
  readonly failures: ReadonlyMap<Item, CallError>;
  /** The failure that stopped the others, else the first one. */
  readonly error: CallError | undefined;
}

/** Reads many items, several at a time, until all are read, the time of the call is nearly up or a failure concerns all. */
export async function readMany<Item, Answer>(
  items: readonly Item[],
  read: (item: Item) => Promise<Answer>,
  { timeLeft, progress }: Pick<Steps, 'timeLeft' | 'progress'>,
): Promise<ManyReads<Item, Answer>> {
  const answers = new Map<Item, Answer>();
  const failures = new Map<Item, CallError>();
  progress(0, items.length, 'started');
  const stoppedBy = await runMany<Item, { readonly answer: Answer } | CallError>({
    items,
    maxInFlight,
    mayStart: () => timeLeft() > reservedShare,
    async perform(item) {
      try {
        return { answer: await read(item) };
      } catch (error) {
        if (error instanceof CallError) return error;
        throw error;
      }
    },
    failureOf: (outcome) => (outcome instanceof CallError ? outcome.failure : undefined),
    record(item, outcome) {
      if (outcome instanceof CallError) failures.set(item, outcome);
      else answers.set(item, outcome.answer);
      progress(answers.size + failures.size, items.length, 'read');
    },
    stopsAlone: (failure) => isLongPause(failure) || concernsAll(failure, true),
  });
  const [first] = failures.values();
  return { answers, failures, error: stoppedBy instanceof CallError ? stoppedBy : first };
}
