import type { IncomingMessage } from 'node:http';
import { connectPath } from '../maton/connection.js';
import { pagePath } from '../page/page.js';
import type { Incoming } from './incoming.js';
import type { SandboxResponse } from './refusal.js';

const refusal = (status: 403 | 415, error: string): SandboxResponse => ({ status, body: { error } });

/**
 * The refusal of a request that a web page may have caused; undefined for all others. The control API needs no key, so
 * this check alone protects it from pages in a browser on this machine.
 */
export function originRefusal(message: IncomingMessage, incoming: Incoming): SandboxResponse | undefined {
  if (!hasOwnHost(message)) {
    return refusal(403, 'The Host header must be 127.0.0.1, localhost or [::1], with the port of the sandbox.');
  }
  if (isCrossSite(message) && !isLinkToPage(message, incoming)) {
    return refusal(
      403,
      'A page of another site cannot use the sandbox; it may only link to the page at / and to a connection page.',
    );
  }
  const type = incoming.path === connectPath ? 'application/x-www-form-urlencoded' : 'application/json';
  // A page can send other types without a preflight.
  if (incoming.text === '' || mediaType(message) === type) return undefined;
  return refusal(415, `A request with a body needs the header "content-type: ${type}".`);
}

/** Any other host name that resolves to this machine is a sign of DNS rebinding. */
function hasOwnHost({ headersDistinct, socket }: IncomingMessage): boolean {
  const [host = '', ...more] = headersDistinct.host ?? [];
  const [, name = '', port = '80'] = /^(127\.0\.0\.1|localhost|\[::1\])(?::(\d+))?$/i.exec(host) ?? [];
  return more.length === 0 && name !== '' && port === String(socket.localPort);
}

/** Whether a browser reports that another site sent the request. Other programs send neither header. */
function isCrossSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  const ownSite = site === 'none' || site === 'same-origin';
  return !ownSite || (headers.origin !== undefined && headers.origin !== `http://${headers.host}`);
}

/** Whether a person followed a link to one of the pages for people. */
function isLinkToPage({ headers }: IncomingMessage, { method, path }: Incoming): boolean {
  const { origin, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  const navigates = mode === 'navigate' && destination === 'document';
  const isPage = path === pagePath || path === connectPath;
  return method === 'GET' && isPage && origin === undefined && navigates;
}

function mediaType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').replace(/\s*;.*$/s, '').toLowerCase();
}
