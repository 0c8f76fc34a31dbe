import { isRecord } from './json.js';

/** The response to one request; `body` is sent as JSON unless `type` says otherwise. */
export interface SandboxResponse {
  status: number;
  body?: unknown;
  type?: 'json' | 'html' | 'text';
}

/** Thrown to refuse a request; carries the complete response. */
export class Refusal extends Error {
  readonly response: SandboxResponse;

  constructor(response: SandboxResponse, message: string) {
    super(message);
    this.name = 'Refusal';
    this.response = response;
  }
}

/** The refusal of a request to the control API; `error` is a sentence that says what is wrong. */
export function badRequest(error: string): Refusal {
  return new Refusal({ status: 400, body: { error } }, error);
}

/** What a response says that refuses a request: the details of a validation error, else its message; undefined if it does not. */
export function refusalText({ status, body }: SandboxResponse): string | undefined {
  if (!isRecord(body) || (status < 400 && body.status !== 'error')) return undefined;
  const details = isRecord(body.details) ? textsIn(body.details.messages) : [];
  const { message } = isRecord(body.error) ? body.error : body;
  return details.length === 0 ? String(message) : details.join(' ');
}

/** The messages of a list, or of an object with a list for each field. */
function textsIn(messages: unknown): string[] {
  const each: unknown[] = Array.isArray(messages) ? messages : isRecord(messages) ? Object.values(messages) : [];
  return each.flatMap((one) => (isRecord(one) ? [one.message].flat().map(String) : []));
}
