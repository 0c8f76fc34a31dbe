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

function manychatError(status: number, message: string, rest: Record<string, unknown> = {}): Refusal {
  return new Refusal({ status, body: { status: 'error', message, ...rest } }, message);
}

/** ManyChat's refusal without details. */
export function plainRefusal(message: string, status = 400): Refusal {
  return manychatError(status, message);
}

/** ManyChat's refusal with one of its numbered codes. */
export function codedRefusal(code: number, message: string): Refusal {
  return manychatError(400, message, { code });
}

/** ManyChat's validation error whose details are a list, the shape of its swagger. */
export function invalid(...messages: string[]): Refusal {
  const details = { messages: messages.map((message) => ({ message })) };
  return manychatError(400, 'Validation error', { details });
}

/** ManyChat's validation error whose details are a map by field, seen live on subscriber creation. */
export function invalidFields(problems: ReadonlyMap<string, string>): Refusal {
  const messages = Object.fromEntries([...problems].map(([field, message]) => [field, { message: [message] }]));
  return manychatError(400, 'Validation error', { details: { messages } });
}

/** ManyChat's complaint about a parameter that is not there. */
export const missing = (name: string): Refusal => invalid(`The ${name} field is required.`);

/** ManyChat's complaint about message content. */
export function invalidContent(what: string): Refusal {
  return invalid(`Wrong dynamic message format: ${what}`);
}

/** The gateway's nested error shape, used here for 401 and 404. */
export function gatewayRefusal(status: 401 | 404, type: string, message: string): Refusal {
  return new Refusal({ status, body: { error: { message, type, code: type } } }, message);
}

/** The gateway's flat error shape, used here for 400 and 429. */
export function flatGatewayRefusal(status: 400 | 429, type: string, message: string, traceId: string): Refusal {
  return new Refusal({ status, body: { message, type, code: status, trace_id: traceId } }, message);
}
