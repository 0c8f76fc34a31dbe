import { onTestFinished } from 'vitest';
import { openHttpService } from '../../src/cli/commands/serve/http-service.js';
import { namedAccounts } from '../../src/config/accounts/choice.js';
import type { Principal } from '../../src/mcp/http/principal.js';
import { configOf } from './config.js';
import { messageOf } from './http-messages.js';

/** The frames in the text of a response, which is JSON or a stream of events. */
const framesIn = (text: string): Record<string, unknown>[] =>
  text.startsWith('{')
    ? [JSON.parse(text)]
    : Array.from(text.matchAll(/^data: (\{.*\})$/gm), ([, data = '{}']) => JSON.parse(data));

/** The result in a response that has no other frame. */
export async function resultOf(response: Response): Promise<Record<string, unknown>> {
  const [frame, ...others] = framesIn(await response.text());
  if (others.length > 0 || typeof frame?.result !== 'object' || frame.result === null)
    throw new Error(`no result: ${JSON.stringify([frame, ...others])}`);
  return { ...frame.result };
}

/** The outcome of a tool call in a response. */
export async function outcomeOf(response: Response) {
  const { isError, content } = await resultOf(response);
  const [first] = Array.isArray(content) ? content : [];
  const answer = JSON.parse(first?.text ?? '{}');
  return isError === true ? { failure: answer.error } : { result: answer };
}

/**
 * A service over HTTP in this process. A request is signed in by the name of one of the principals in its Authorization
 * header. It closes with the test.
 */
export async function openService(
  environment: Record<string, string>,
  principals: Readonly<Record<string, Principal>> = {},
) {
  const lines: string[] = [];
  const write = (line: unknown): void => void lines.push(JSON.stringify(line));
  const lineLog = { debug: write, info: write, warn: write, error: write };
  const config = configOf({ MANYCHAT_MCP_HTTP: '1', ...environment });
  if (config.http === undefined) throw new Error('over HTTP');
  const file = await namedAccounts(config, { environment, platform: process.platform });
  const { service, close } = await openHttpService(config, {
    http: config.http,
    signIn: {
      identify: async ({ headers }) =>
        principals[headers.get('authorization') ?? ''] ?? new Response('who are you?', { status: 401 }),
    },
    file,
    environment,
    log: {
      log: lineLog,
      redactWith: () => () => undefined,
      forAccount: () => lineLog,
      flushed: async () => undefined,
    },
  });
  onTestFinished(close);
  const request = (path: string, init: RequestInit & { readonly written?: Promise<void> } = {}): Promise<Response> => {
    const { written, ...rest } = init;
    const headers = { host: 'localhost', ...Object.fromEntries(new Headers(rest.headers)) };
    return service.fetch(new Request(`http://localhost${path}`, { ...rest, headers }), written);
  };
  return {
    service,
    lines,
    request,
    /** Sends a request for a method as a principal. */
    ask: (
      as: string,
      path: string,
      method: string,
      params: Parameters<typeof messageOf>[1] = {},
      client: Parameters<typeof messageOf>[2] = {},
    ) => {
      const { headers, body } = messageOf(method, params, client);
      return request(path, { method: 'POST', headers: { ...headers, authorization: as }, body });
    },
  };
}
