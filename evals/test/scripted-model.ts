import { createServer } from 'node:http';
import * as z from 'zod';

const requestShape = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown().optional() })),
  tools: z.array(
    z.object({
      type: z.literal('function'),
      function: z.object({ name: z.string(), description: z.string().optional(), parameters: z.unknown() }),
    }),
  ),
});

/** What the model was asked: the body of a request, and its key. */
export type Asked = z.infer<typeof requestShape> & { readonly authorization: string | undefined };

interface Called {
  readonly tool: string;
  /** JSON text, or what a model writes instead. */
  readonly args: string;
}

/** What the model answers: a text, calls, or an HTTP error. */
export type Reply = string | readonly Called[] | { readonly status: number; readonly message: string };

/** A server with the chat completions of OpenAI. */
export interface ScriptedModel {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

const messageOf = (reply: string | readonly Called[]) =>
  typeof reply === 'string'
    ? { role: 'assistant', content: reply }
    : {
        role: 'assistant',
        content: null,
        tool_calls: reply.map(({ tool, args }, index) => ({
          id: `call_${index}`,
          type: 'function',
          function: { name: tool, arguments: args },
        })),
      };

const completion = (reply: string | readonly Called[]) => ({
  id: 'completion',
  object: 'chat.completion',
  created: 0,
  model: 'scripted',
  choices: [{ index: 0, message: messageOf(reply), finish_reason: typeof reply === 'string' ? 'stop' : 'tool_calls' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** Starts a model on the loopback interface. `script` answers each request; `count` starts at 1. */
export async function scriptedModel(script: (asked: Asked, count: number) => Reply): Promise<ScriptedModel> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = requestShape.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    const each = { ...body, authorization: request.headers.authorization };
    asked.push(each);
    const reply = script(each, asked.length);
    const isRefusal = typeof reply === 'object' && 'status' in reply;
    response.writeHead(isRefusal ? reply.status : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isRefusal ? { error: { message: reply.message } } : completion(reply)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Replies one after the other; the last one is repeated. */
export const inTurn =
  (...replies: readonly [Reply, ...Reply[]]) =>
  (_: Asked, count: number): Reply =>
    replies[Math.min(count, replies.length) - 1] ?? replies[0];
