/** A response without content for a client of MCP: a JSON-RPC error that belongs to no request. */
export const errorResponse = (
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  code = -32_000,
): Response => Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });

/** The response to a probe. */
export const probeResponse = (status: number, text: string): Response =>
  new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
