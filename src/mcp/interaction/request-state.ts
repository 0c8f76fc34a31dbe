import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createRequestStateCodec, type ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { isObject } from '../../../tools/contract/json.js';
import { referenceKinds } from '../../../tools/contract/reference.js';
import type { OpenQuestions, RequestState } from '../../account/request-state/request-state.js';
import { errorMessage } from '../../text/error-text.js';
import { answerSeconds } from './elicitation.js';
import { createOpenQuestions } from './open-questions.js';

/** Processes that are to accept each other's states share the key and the store. */
export interface RequestStateOptions {
  /**
   * HMAC key of at least 32 bytes, or the function that reads it each time. Random by default, so that a state is of use
   * to this process only.
   */
  readonly key?: Uint8Array | (() => Promise<Uint8Array>) | undefined;
  /** Lifetime of a question: the time a user has to answer. */
  readonly ttlSeconds?: number | undefined;
  /** Lifetime of a result: nothing is done for it, so its client can fetch it for a day by default. */
  readonly resultTtlSeconds?: number | undefined;
  /** In memory by default. */
  readonly questions?: OpenQuestions | undefined;
}

const namedThing = z.object({ id: z.string(), name: z.string() });

/** Checked although it is signed: with a shared key it can be of another version of this server. */
const contentSchema = z.discriminatedUnion('step', [
  z.object({
    step: z.literal('question'),
    id: z.string(),
    tool: z.string(),
    inputHash: z.string(),
    connectionId: z.string().optional(),
    names: z.array(z.object({ kind: z.enum(referenceKinds), name: z.string(), thing: namedThing })).optional(),
  }),
  z.object({ step: z.literal('result'), tool: z.string(), result: z.record(z.string(), z.unknown()) }),
]);
type Content = z.infer<typeof contentSchema>;

/** JSON that does not depend on the order of keys. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1))) : each,
  ) ?? '';

const hashOf = (input: unknown): string => createHash('sha256').update(canonicalJson(input)).digest('base64url');

const daySeconds = 86_400;

const unused = (): never => {
  throw new Error('a context for the codec only');
};

/** The SDK's codec takes a request context, of which it reads nothing but what `bind` does. */
const contextOf = (principal: string): ServerContext => ({
  mcpReq: {
    id: 0,
    method: 'tools/call',
    signal: new AbortController().signal,
    requestState: unused,
    send: unused,
    notify: unused,
    log: unused,
    elicitInput: unused,
    requestSampling: unused,
  },
  http: { authInfo: { clientId: principal, token: '', scopes: [] } },
});

/** Request state signed by the SDK's codec. */
export function createRequestState({
  key = randomBytes(32),
  ttlSeconds = answerSeconds,
  resultTtlSeconds = daySeconds,
  questions = createOpenQuestions(),
}: RequestStateOptions = {}): RequestState {
  const bind = ({ http }: ServerContext): string => http?.authInfo?.clientId ?? '';
  /** A codec with the present key. A state holds the time of its expiry, so that a codec of any lifetime can verify it. */
  const codec = async (lifetimeSeconds: number) =>
    createRequestStateCodec<Content>({
      key: typeof key === 'function' ? await key() : key,
      ttlSeconds: lifetimeSeconds,
      bind,
    });
  return {
    async issueQuestion({ tool, input, connectionId, names }, principal) {
      const id = randomUUID();
      await questions.add(id, ttlSeconds, principal);
      return (await codec(ttlSeconds)).mint(
        { step: 'question', id, tool, inputHash: hashOf(input), connectionId, names: names && [...names] },
        contextOf(principal),
      );
    },
    async issueResult(call, principal) {
      return (await codec(resultTtlSeconds)).mint({ step: 'result', ...call }, contextOf(principal));
    },
    async verify(state, principal) {
      try {
        return contentSchema.parse(await (await codec(ttlSeconds)).verify(state, contextOf(principal)));
      } catch (error) {
        return { step: 'refused', reason: errorMessage(error) === 'expired' ? 'expired' : 'invalid' };
      }
    },
    async redeem({ id, tool, inputHash }, call) {
      return tool === call.tool && inputHash === hashOf(call.input) && (await questions.take(id));
    },
  };
}
