const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};

/** Headers and body of a request for a method, in one of the eras. */
export function messageOf(
  method: string,
  params: { readonly name?: string } & Readonly<Record<string, unknown>>,
  { modern = true, canAsk = false }: { readonly modern?: boolean; readonly canAsk?: boolean } = {},
): { readonly headers: Record<string, string>; readonly body: string } {
  const capabilities = canAsk ? { elicitation: { form: {}, url: {} } } : {};
  const _meta = { ...meta, 'io.modelcontextprotocol/clientCapabilities': capabilities };
  const frame = { jsonrpc: '2.0', id: 1, method, params: modern ? { ...params, _meta } : params };
  return {
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': modern ? '2026-07-28' : '2025-11-25',
      ...(modern && { 'mcp-method': method, ...(params.name !== undefined && { 'mcp-name': params.name }) }),
    },
    body: JSON.stringify(frame),
  };
}
