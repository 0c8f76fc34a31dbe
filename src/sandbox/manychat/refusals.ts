import { Refusal } from '../http/refusal.js';

function manychatError(status: number, message: string, rest: Record<string, unknown> = {}): Refusal {
  return new Refusal({ status, body: { status: 'error', message, ...rest } }, message);
}

/** ManyChat's error without details. */
export function plainRefusal(message: string, status = 400): Refusal {
  return manychatError(status, message);
}

/** ManyChat's error with one of its numeric codes. */
export function codedRefusal(code: number, message: string): Refusal {
  return manychatError(400, message, { code });
}

/** ManyChat's validation error with a list of messages, as in its swagger. */
export function validationError(...messages: string[]): Refusal {
  const details = { messages: messages.map((message) => ({ message })) };
  return manychatError(400, 'Validation error', { details });
}

/** ManyChat's validation error with messages by field, observed live when a subscriber is created. */
export function fieldErrors(problems: ReadonlyMap<string, string>): Refusal {
  const messages = Object.fromEntries([...problems].map(([field, message]) => [field, { message: [message] }]));
  return manychatError(400, 'Validation error', { details: { messages } });
}

/** ManyChat's error for a missing parameter. */
export const missingParameter = (name: string): Refusal => validationError(`The ${name} field is required.`);

/** ManyChat's error for invalid message content. */
export function invalidContent(what: string): Refusal {
  return validationError(`Wrong dynamic message format: ${what}`);
}
