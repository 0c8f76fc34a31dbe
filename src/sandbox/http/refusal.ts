/** What is sent back for one request; `body` is written as JSON unless `type` says HTML. */
export interface Answer {
  status: number;
  body?: unknown;
  type?: 'json' | 'html';
}

/** A request the pretended service turns down; carries the whole answer. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer, message: string) {
    super(message);
    this.name = 'Refusal';
    this.answer = answer;
  }
}

/** The refusal of an order to the sandbox itself: what is wrong with it, in a sentence. */
export function orderRefusal(error: string): Refusal {
  return new Refusal({ status: 400, body: { error } }, error);
}
