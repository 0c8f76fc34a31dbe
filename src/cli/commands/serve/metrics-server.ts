import { createNameCheck } from '../../../mcp/http/checks.js';
import { type Listening, listen } from '../../../mcp/http/listen.js';

const text = (status: number, body: string, type = 'text/plain'): Response =>
  new Response(body, { status, headers: { 'content-type': `${type}; charset=utf-8` } });

/**
 * Shows metrics on `/metrics` of a loopback address, apart from what clients reach.
 * @throws the error of the system if it cannot listen there.
 */
export function serveMetrics(
  metrics: () => Promise<string>,
  address: { readonly host: string; readonly port: number },
  onError: (error: Error) => void,
): Promise<Listening> {
  const check = createNameCheck({ hosts: [], origins: [] });
  const service = {
    async fetch(request: Request): Promise<Response> {
      const refused = check(request);
      if (refused !== undefined) return refused;
      if (new URL(request.url).pathname !== '/metrics') return text(404, 'Not found: metrics are under /metrics\n');
      if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Method not allowed: use GET\n');
      return text(200, await metrics(), 'text/plain; version=0.0.4');
    },
  };
  return listen(service, { ...address, onError });
}
