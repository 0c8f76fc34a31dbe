import type { IncomingMessage } from 'node:http';
import { connectPath } from '../maton/connection.js';
import type { Incoming } from './incoming.js';
import type { SandboxResponse } from './refusal.js';

const refusal = (status: 403 | 415, error: string): SandboxResponse => ({ status, body: { error } });

/**
 * The refusal of a request that a web page can have caused; undefined for all others. The sandbox asks for no key where
 * it is controlled, so that this check alone stands between it and the pages that a browser on this machine shows.
 */
export function originRefusal(message: IncomingMessage, incoming: Incoming): SandboxResponse | undefined {
  if (!hasOwnHost(message)) {
    return refusal(403, 'The Host must be 127.0.0.1, localhost or [::1], with the port of the sandbox.');
  }
  if (isCrossSite(message) && !isConnectLink(message, incoming)) {
    return refusal(403, 'A page of another site cannot use the sandbox; it may link to a connection page only.');
  }
  const type = incoming.path === connectPath ? 'application/x-www-form-urlencoded' : 'application/json';
  // Every other type can be sent by any page without a preflight, or says nothing.
  if (incoming.text === '' || mediaType(message) === type) return undefined;
  return refusal(415, `The body must have the header "content-type: ${type}".`);
}

/** A name that leads here and is not the sandbox's own belongs to a page that rebinds it (DNS rebinding). */
function hasOwnHost({ headersDistinct, socket }: IncomingMessage): boolean {
  const [host = '', ...more] = headersDistinct.host ?? [];
  const [, name = '', port = '80'] = /^(127\.0\.0\.1|localhost|\[::1\])(?::(\d+))?$/i.exec(host) ?? [];
  return more.length === 0 && name !== '' && port === String(socket.localPort);
}

/** Whether a browser says that another site asks. Programs other than browsers send neither header. */
function isCrossSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  const ownSite = site === 'none' || site === 'same-origin';
  return !ownSite || (headers.origin !== undefined && headers.origin !== `http://${headers.host}`);
}

/** Whether a person has followed a link to the one page that is meant for people. */
function isConnectLink({ headers }: IncomingMessage, { method, path }: Incoming): boolean {
  const { origin, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  const navigates = mode === 'navigate' && destination === 'document';
  return method === 'GET' && path === connectPath && origin === undefined && navigates;
}

function mediaType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').replace(/\s*;.*$/s, '').toLowerCase();
}
