import { isJsonContentType } from '@modelcontextprotocol/server';
import { errorResponse } from './responses.js';

/** The largest body that is read, in bytes: as large as a frame over stdio. */
const maxBodyBytes = 4 * 1_024 * 1_024;

const tooLarge = (): Response =>
  errorResponse(
    413,
    `The body is too large: the limit is ${maxBodyBytes} bytes. Nothing was done. Split it: fewer ids or shorter texts in each call.`,
    { connection: 'close' },
  );

/** The bytes of a body, or undefined if there are more than the limit. */
async function bytesOf({ body }: Request): Promise<Uint8Array | undefined> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads the JSON in the body of a request, or gives the response that refuses it. */
export async function readJson(request: Request): Promise<{ readonly json: unknown } | Response> {
  if (!isJsonContentType(request.headers.get('content-type')))
    return errorResponse(415, 'Unsupported Media Type: Content-Type must be application/json');
  if (Number(request.headers.get('content-length')) > maxBodyBytes) return tooLarge();
  const bytes = await bytesOf(request);
  if (bytes === undefined) return tooLarge();
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return errorResponse(400, 'Parse error: the body is not valid JSON', {}, -32_700);
  }
}
