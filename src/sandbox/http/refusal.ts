/** What is sent back for one request; `body` is written as JSON unless `type` says HTML. */
export interface SandboxResponse {
  status: number;
  body?: unknown;
  type?: 'json' | 'html';
}

/** A request the pretended service turns down; carries the whole answer. */
export class Refusal extends Error {
  readonly response: SandboxResponse;

  constructor(answer: SandboxResponse, message: string) {
    super(message);
    this.name = 'Refusal';
    this.response = answer;
  }
}

/** The refusal of an order to the sandbox itself: what is wrong with it, in a sentence. */
export function badRequest(error: string): Refusal {
  return new Refusal({ status: 400, body: { error } }, error);
}
