import { CallError, type Failure } from '../../../tools/contract/failure.js';
import { type MeantName, newRecord } from '../../account/call/call-context.js';
import type { Pipeline } from '../../account/call/pipeline.js';
import { acceptedInput } from '../../account/call/stages/read-arguments.js';
import type { Tool } from '../../account/policy/tool.js';
import { nobody } from '../../account/send-guard/delivery.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import { mergeNames, type NameRead, nameReads } from './name-reads.js';
import { maxQuestionLength, namedThings, questionText } from './question.js';

/** A question for the user, and what the call is bound to once they confirm. */
interface PreparedQuestion {
  readonly text: string;
  /** The connection that the question names. The call must not go to another. */
  readonly connectionId: string | undefined;
  /** Time left for the call, in milliseconds. */
  readonly deadlineMs: number;
  /** What the names in the call mean, as the question says. The call must not use them for other things. */
  readonly names: readonly MeantName[];
}

/**
 * Prepares the question about a call. Resolves to a failure if the user cannot be asked, and to undefined if the call
 * would be refused anyway: the refusal comes from the call itself.
 */
export type PrepareQuestion = (
  tool: Tool,
  input: unknown,
  signal: AbortSignal,
) => Promise<PreparedQuestion | { readonly failure: Failure } | undefined>;

/** What questions are prepared from. */
export interface QuestionSources {
  readonly pipeline: Pick<Pipeline, 'call' | 'connectionOf' | 'inputOf' | 'namesIn'>;
  readonly settings: Pick<AccountSettings, 'access' | 'deadlineMs'>;
  /** Identifies the caller. */
  readonly principal: string;
  /** The name of the account, if calls choose from several. */
  readonly account?: string | undefined;
  /** Milliseconds since any fixed point. */
  readonly now: () => number;
}

/** The share of a call's time that reading names may take. */
const readsShare = 0.2;

const tooLong: Failure = {
  kind: 'invalid_input',
  message: `The user has to confirm this call, and the question would be too long to show: the limit is ${maxQuestionLength} characters`,
  hint: 'Nothing was done. Make several calls, with fewer messages, buttons or fields in each.',
  retryable: false,
  performed: 'no',
  source: 'client',
};

/** Creates the function that prepares questions. */
export function createQuestionPreparer({
  pipeline,
  settings,
  principal,
  account,
  now,
}: QuestionSources): PrepareQuestion {
  /** Reads names. Where a read fails or takes too long, the question has the id instead of the name. */
  async function read(reads: readonly NameRead[], deadlineMs: number, signal: AbortSignal) {
    const parts = reads.map(async ({ endpoint, input, connectionId, namesIn }) => {
      try {
        const options = { signal, connectionId, deadlineMs, delivery: nobody, record: newRecord() };
        return namesIn(await pipeline.call(endpoint, input, options));
      } catch (error) {
        if (error instanceof CallError) return {};
        throw error;
      }
    });
    return mergeNames(await Promise.all(parts));
  }

  return async (tool, input, signal) => {
    const { declaration } = tool;
    const accepted = acceptedInput(tool, input);
    if (accepted === undefined || settings.access.mode === 'none') return undefined;
    const startedAt = now();
    const given = await pipeline.inputOf(declaration, accepted, principal);
    if (given === undefined) return undefined;
    let connectionId: string | undefined;
    try {
      connectionId = await pipeline.connectionOf(declaration, given.connectionId, signal);
    } catch (error) {
      if (error instanceof CallError) return { failure: error.failure };
      throw error;
    }
    const reads = nameReads(tool, namedThings(declaration, given.input), connectionId);
    const timeLeft = () => settings.deadlineMs - (now() - startedAt);
    const circumstances = { signal, connectionId, deadlineMs: Math.min(timeLeft(), settings.deadlineMs * readsShare) };
    const [known, meanings] = await Promise.all([
      read(reads, circumstances.deadlineMs, signal),
      pipeline.namesIn(declaration, given.input, circumstances),
    ]);
    if (meanings.refusal !== undefined) return { failure: meanings.refusal.failure };
    const text = questionText(declaration, given.input, { ...known, meanings }, { connectionId, account });
    const { meant: names } = meanings;
    return text === undefined ? { failure: tooLong } : { text, connectionId, deadlineMs: timeLeft(), names };
  };
}
