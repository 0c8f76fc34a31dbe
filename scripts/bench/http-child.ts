/*
 * Serves over HTTP in this process: our service against the upstream at the given URL, or an SDK server with one empty tool
 * for the word `empty`. It sends its address to its parent, and the resources that it uses in reply to any message. Needs
 * --expose-gc.
 */
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { openHttpService } from '../../src/cli/commands/serve/http-service.js';
import { listen } from '../../src/mcp/http/listen.js';
import { noSignIn } from '../../src/mcp/http/principal.js';
import type { HttpService } from '../../src/mcp/http/service.js';
import { configOf } from '../../test/support/config.js';

/** Resources that the process has used: CPU in milliseconds, memory in bytes after a garbage collection. */
export interface Used {
  readonly cpuMs: number;
  readonly heap: number;
  readonly resident: number;
}

const onError = (error: Error): void => {
  throw error;
};

async function fetchOf(url: string): Promise<HttpService['fetch']> {
  if (url === 'empty') {
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: 'empty', version: '1' });
      server.registerTool('empty', { description: 'Does nothing' }, () => ({
        content: [{ type: 'text', text: 'ok' }],
      }));
      return server;
    });
    return (request) => handler.fetch(request);
  }
  const environment = {
    MANYCHAT_API_KEY: '123456789:0123456789abcdef0123456789abcdef',
    MANYCHAT_API_URL: url,
    MANYCHAT_MCP_HTTP: '1',
  };
  const config = configOf(environment);
  if (config.http === undefined) throw new Error('over HTTP');
  const ignored = (): void => undefined;
  const log = { debug: ignored, info: ignored, warn: ignored, error: ignored };
  const opened = await openHttpService(config, {
    http: config.http,
    signIn: noSignIn,
    file: undefined,
    environment,
    log: { log, redactWith: () => ignored, forAccount: () => log, flushed: async () => undefined },
  });
  return opened.service.fetch;
}

const fetch = await fetchOf(process.argv[2] ?? '');
const server = await listen({ fetch }, { host: '127.0.0.1', port: 0, onError });
process.on('message', (collects) => {
  const { user, system } = process.cpuUsage();
  if (collects === true) globalThis.gc?.();
  const { heapUsed: heap, rss: resident } = process.memoryUsage();
  const used: Used = { cpuMs: (user + system) / 1_000, heap, resident };
  process.send?.(used);
});
process.once('disconnect', () => process.exit());
process.send?.(server.url);
