import { CallError, type Failure } from '../../../tools/contract/failure.js';
import type { Gateway } from '../../account/call/pipeline.js';
import { acceptedInput } from '../../account/call/stages/read-arguments.js';
import type { Tool } from '../../account/policy/tool.js';
import { nobody } from '../../account/send-guard/delivery.js';
import type { AccountSettings } from '../../config/account-settings.js';
import { mergeNames, type NameRead, nameReads } from './name-reads.js';
import type { Names } from './naming.js';
import { maxQuestionLength, namedThings, questionText } from './question.js';

/** What the user is asked before a call, and what the call is then made with. */
interface Question {
  readonly text: string;
  /** The connection that the question speaks of: the call must not go to another. */
  readonly connectionId: string | undefined;
  /** The time that is left to the call, in milliseconds. */
  readonly deadlineMs: number;
}

/** Puts together what a user is asked before a call. */
export interface Asker {
  /** The question; undefined where the call would be refused anyway; the failure of a call that cannot be asked about. */
  prepare(tool: Tool, given: unknown, signal: AbortSignal): Promise<Question | { failure: Failure } | undefined>;
}

/** What questions are put together with. */
export interface QuestionSources {
  readonly gateway: Pick<Gateway, 'call' | 'connectionOf'>;
  readonly settings: Pick<AccountSettings, 'access' | 'deadlineMs'>;
  /** Milliseconds, from any fixed point. */
  readonly now: () => number;
}

/** Part of the call's time that the reads may take. */
const readsShare = 0.2;

const tooLong: Failure = {
  kind: 'invalid_input',
  message: `The user has to confirm this call, and what it would do is too long to be shown to them: a question takes ${maxQuestionLength} characters`,
  hint: 'Nothing was done. Make several calls, with fewer messages, buttons or fields in each.',
  retryable: false,
  performed: 'no',
  source: 'client',
};

/** Creates the asker. */
export function createQuestionPreparer({ gateway, settings, now }: QuestionSources): Asker {
  /** What could be read of the names; a read that fails or takes too long leaves the bare id. */
  async function read(reads: readonly NameRead[], deadlineMs: number, signal: AbortSignal): Promise<Names> {
    const parts = reads.map(async ({ endpoint, input, connectionId, found }) => {
      try {
        return found(
          await gateway.call(endpoint, input, { signal, connectionId, deadlineMs, delivery: nobody, trace: {} }),
        );
      } catch (error) {
        if (error instanceof CallError) return {};
        throw error;
      }
    });
    return mergeNames(await Promise.all(parts));
  }

  return {
    async prepare(tool, given, signal) {
      const { declaration } = tool;
      const accepted = acceptedInput(tool, given);
      if (accepted === undefined || settings.access.mode === 'none') return undefined;
      const began = now();
      let connectionId: string | undefined;
      try {
        connectionId = await gateway.connectionOf(declaration, accepted.connectionId, signal);
      } catch (error) {
        if (error instanceof CallError) return { failure: error.failure };
        throw error;
      }
      const reads = nameReads(tool, namedThings(declaration, accepted.input), connectionId);
      const left = () => settings.deadlineMs - (now() - began);
      const names = await read(reads, Math.min(left(), settings.deadlineMs * readsShare), signal);
      const text = questionText(declaration, accepted.input, names, connectionId);
      return text === undefined ? { failure: tooLong } : { text, connectionId, deadlineMs: left() };
    },
  };
}
