import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseJson } from './json.js';

/** A request whose body was read to its end. */
export interface Incoming {
  method: string;
  /** As sent, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The body; undefined if it exceeds 1 MB. */
  text: string | undefined;
  /** The JSON body, parsed once; `{}` without a body, undefined if it is malformed or too large. */
  json(): unknown;
  /** Size of the body in bytes. */
  bytes: number;
}

const maxBodyBytes = 1_000_000;

/** Reads a request. A body that is too large is drained but dropped, so that the client still reads the response. */
export async function readIncoming(message: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= maxBodyBytes) chunks.push(bytes);
  }
  const text = size > maxBodyBytes ? undefined : Buffer.concat(chunks).toString();
  let parsed: { readonly value: unknown } | undefined;
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: message.method ?? 'GET',
    path: mark === -1 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
    headers: message.headers,
    text,
    json() {
      parsed ??= { value: parseBody(text) };
      return parsed.value;
    },
    bytes: size,
  };
}

function parseBody(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (text === '') return {};
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The token of `Authorization: Bearer <token>`. */
export function bearerToken({ headers }: Incoming): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
