import type { Effect, Result } from '../tools/endpoint.js';
import type { Failure } from '../tools/failure.js';
import { isObject } from '../tools/object.js';
import type { Config } from './config.js';
import { readable } from './readable.js';
import { visible } from './results.js';
import type { Tool } from './tool.js';

/** Characters of the arguments that a question shows. */
const longestQuestion = 1_500;

/** What the user is asked to confirm, by setting. */
const asked: Readonly<Record<Config['confirm'], readonly Effect[]>> = {
  nothing: [],
  destroy: ['destroy'],
  sends: ['destroy', 'send'],
};

/** Whether the user is to be asked before a call of this tool. */
export const needsConfirmation = ({ declaration }: Tool, confirm: Config['confirm']): boolean =>
  asked[confirm].includes(declaration.effect);

/** What the user is asked: what would be done, with every argument. */
export function questionOf({ declaration }: Tool, given: unknown): string {
  const args = visible(readable(isObject(given) ? given : {}));
  const shown = args.length > longestQuestion ? `${args.slice(0, longestQuestion).toWellFormed()}…` : args;
  const lasting = declaration.effect === 'destroy' ? '\nThis cannot be undone.' : '';
  return `${declaration.title}?\n\n${shown}\n${lasting}`.trim();
}

/** The failure of a call that the user did not confirm. */
export const notConfirmed: Failure = {
  kind: 'cancelled',
  message: 'The user did not confirm the call',
  hint: 'Do not call again unless the user asks for it.',
  retryable: false,
  performed: 'no',
  source: 'client',
};

/** The link for a person in a result, where there is one. */
export function linkIn({ connection }: Result): string | undefined {
  const url = isObject(connection) ? connection.url : undefined;
  return typeof url === 'string' && /^https:|^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url) ? url : undefined;
}
