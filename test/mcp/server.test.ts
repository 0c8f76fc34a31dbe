import { createMcpHandler, type McpRequestContext } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import { createRequestState } from '../../src/mcp/interaction/request-state.js';
import { offerFor } from '../../src/mcp/listing/offer.js';
import { createServer } from '../../src/mcp/server.js';
import { backendConfig, backendOf, scriptedCalls } from '../support/backend.js';

const tag = { tag_id: 123 };
const accepted = { inputResponses: { confirm: { action: 'accept', content: { confirm: true } } } };
const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} } },
};

/** One process that serves several principals over HTTP, each with a backend of its own. */
function serveOverHttp() {
  const contexts: McpRequestContext[] = [];
  const requestState = createRequestState();
  const callsOf = new Map(
    ['maria', 'john'].map((principal) => [
      principal,
      scriptedCalls({ manychat_delete_tag: { ok: true, result: { ok: true, principal } } }),
    ]),
  );
  const handler = createMcpHandler((context) =>
    createServer(
      {
        offer: offerFor(backendConfig),
        async openBackend(opened) {
          contexts.push(opened);
          const principal = opened.authInfo?.clientId ?? '';
          const calls = callsOf.get(principal);
          if (calls === undefined) throw new Error('unknown principal');
          return backendOf({ call: calls.call, principal, requestState });
        },
      },
      context,
    ),
  );
  let id = 0;
  return {
    contexts,
    called: (principal: string) => callsOf.get(principal)?.called,
    async request(principal: string, method: string, params: object) {
      id += 1;
      const name = 'name' in params ? { 'mcp-name': String(params.name) } : {};
      const response = await handler.fetch(
        new Request('http://localhost/mcp', {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'mcp-protocol-version': '2026-07-28',
            'mcp-method': method,
            ...name,
          },
          body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }),
        }),
        { authInfo: { clientId: principal, token: 't', scopes: [] } },
      );
      const { result } = Object(await response.json());
      return result;
    },
  };
}

describe('several clients of one process', () => {
  const deleteTag = (more: object = {}) => ({ name: 'manychat_delete_tag', arguments: tag, ...more });

  test('get the lists without a backend', async () => {
    const { request, contexts } = serveOverHttp();
    expect((await request('maria', 'tools/list', {})).tools.length).toBeGreaterThan(30);
    expect(contexts).toEqual([]);
  });

  test('each get the backend that the factory opens for their request context, once per server', async () => {
    const { request, contexts, called } = serveOverHttp();
    const { requestState } = await request('maria', 'tools/call', deleteTag());
    const confirmed = await request('maria', 'tools/call', deleteTag({ requestState, ...accepted }));
    expect(confirmed.structuredContent).toEqual({ ok: true, principal: 'maria' });
    expect(contexts.map(({ era, authInfo }) => [era, authInfo?.clientId])).toEqual([
      ['modern', 'maria'],
      ['modern', 'maria'],
    ]);
    expect([called('maria'), called('john')]).toEqual([['manychat_delete_tag'], []]);
  });

  test('cannot use the request state of one another', async () => {
    const { request, called } = serveOverHttp();
    const { requestState } = await request('maria', 'tools/call', deleteTag());
    const refused = await request('john', 'tools/call', deleteTag({ requestState, ...accepted }));
    expect(refused.isError).toBe(true);
    expect(refused.content[0].text).toContain('issued to another user');
    expect([called('maria'), called('john')]).toEqual([[], []]);
  });

  test('get a failure if their backend cannot be opened, also with a request state', async () => {
    const { request } = serveOverHttp();
    for (const more of [{}, { requestState: 'x' }]) {
      const failed = await request('nobody', 'tools/call', deleteTag(more));
      expect(JSON.parse(failed.content[0].text).error).toMatchObject({ kind: 'internal', performed: 'no' });
    }
  });
});
