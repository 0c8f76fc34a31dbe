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
