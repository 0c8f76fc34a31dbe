import { type ParsedText, parseContainer, structuralProblem } from '../../tools/values/reading/json-text.js';
import type { Clock } from '../upstream/clock.js';

/** The largest body that is read, in bytes. */
const maxBodyBytes = 64 * 1_024;

/** How long a body may take to arrive, in milliseconds. */
const arrivalMs = 4_000;

/** Why a call is refused: the status of the response, and the reason. The reason holds nothing that a contact wrote. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

const tooLarge = (): Refused =>
  new Refused(413, `the body is larger than ${maxBodyBytes} bytes`, { connection: 'close' });

/** The bytes of a body. @throws Refused if it is too large or too slow. */
async function bytesOf({ body, signal }: Request, clock: Clock): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  let end = (): void => undefined;
  const over = new Promise<'over'>((resolve) => {
    end = () => resolve('over');
  });
  const cancel = clock.after(arrivalMs, end);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), over]);
      if (next === 'over') throw new Refused(408, 'the body did not arrive in time', { connection: 'close' });
      if (next.done) return Buffer.concat(chunks);
      chunks.push(next.value);
      length += next.value.byteLength;
      if (length > maxBodyBytes) throw tooLarge();
    }
  } finally {
    cancel();
    signal.removeEventListener('abort', end);
    // Nothing waits for a client that sends no more.
    reader.cancel().catch(() => undefined);
  }
}

/** Control characters inside the strings of a text that is meant as JSON: a template puts texts in as they are. */
const withEscapedControls = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"/gs, (string) =>
    string.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1)),
  );

function parsed(text: string): ParsedText | undefined {
  const found = parseContainer(text);
  return found !== undefined && 'problem' in found && /\p{Cc}/u.test(text)
    ? parseContainer(withEscapedControls(text))
    : found;
}

/** Whether a type of content is JSON. */
const isJson = (type: string): boolean => /^\s*application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type);

/**
 * Reads the JSON in the body of a call. Integers that a number cannot hold become their digits.
 * @throws Refused that says why it cannot be read.
 */
export async function readBody(request: Request, clock: Clock): Promise<unknown> {
  const { headers } = request;
  if (!isJson(headers.get('content-type') ?? '') || !/^(identity)?$/i.test(headers.get('content-encoding') ?? ''))
    throw new Refused(415, 'the Content-Type is not application/json');
  if (Number(headers.get('content-length')) > maxBodyBytes) throw tooLarge();
  const bytes = await bytesOf(request, clock);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refused(422, 'the body is not UTF-8');
  }
  const found = parsed(text);
  if (found === undefined) throw new Refused(422, 'the body is not a JSON object');
  // Its own words can quote the text.
  if ('problem' in found)
    throw new Refused(
      422,
      /^(has the key|holds)/.test(found.problem)
        ? 'the body has a key twice, or a number that loses digits'
        : 'the body is not valid JSON, or nested too deeply',
    );
  if (structuralProblem(found.value, []) !== undefined)
    throw new Refused(422, 'the body is nested too deeply, or has a key that is not accepted');
  return found.value;
}
