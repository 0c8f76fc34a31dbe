import * as z from 'zod';
import type { InboundSettings } from '../accounts/settings.js';
import { milliseconds, oneOf, texts } from './forms.js';
import { portNumber } from './serving.js';

/** What becomes of answers: see `AnswerMode` of the inbox. */
export const answerModes = ['ack', 'reply', 'draft'] as const;

/** The fewest characters of a secret. */
const minSecretLength = 16;

/** What is wrong with a secret, as a predicate; undefined if nothing is. It does not show the secret. */
export function secretProblem(secret: string): string | undefined {
  if (secret.length < minSecretLength)
    return `must have at least ${minSecretLength} characters: the command manychat-mcp inbound secret prints one`;
  if (secret.length > 500) return 'must have at most 500 characters';
  return /^[\x21-\x7e]+$/.test(secret) && !secret.includes(',')
    ? undefined
    : 'must have neither blanks nor commas, and only characters that a header can hold';
}

/** How an account gets a secret. @param path of the accounts file; undefined without one. */
export const howToSetSecret = (path: string | undefined): string =>
  `The command manychat-mcp inbound secret prints one: ${
    path === undefined
      ? 'set it as MANYCHAT_MCP_INBOUND_SECRET'
      : `add "inbound": {"secret": {"env": "NAME"}} to an account in ${path}, and set it as that variable`
  }`;

/** Headers that have a meaning of their own, or that proxies change. */
const reservedHeaders =
  /^(authorization|cookie|host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|via|forwarded|x-forwarded-.*|proxy-.*)$/i;

export const secretHeader = z
  .string({ error: 'must be the name of a header' })
  .regex(/^[A-Za-z][\w-]{0,63}$/, { error: 'must be the name of a header, such as X-ManyChat-Secret' })
  .refine(
    (name) => !reservedHeaders.test(name),
    'is a header with another meaning: take one such as X-ManyChat-Secret',
  );

/** "N/M": more than N answers in M minutes. */
export const loopLimit = z
  .string({ error: 'must be two numbers such as 20/10' })
  .transform((text, context): InboundSettings['loop'] => {
    const [, answers = '', minutes = ''] = /^\s*(\d{1,4})\s*\/\s*(\d{1,4})\s*$/.exec(text) ?? [];
    if (Number(answers) >= 1 && Number(minutes) >= 1 && Number(minutes) <= 1_440)
      return { answers: Number(answers), withinMs: Number(minutes) * 60_000 };
    context.addIssue({
      code: 'custom',
      message: 'must be two numbers such as 20/10: answers, and the minutes they are counted in, at most 1440',
    });
    return z.NEVER;
  });

const secretList = z.string().transform((text, context): readonly string[] => {
  const secrets = text.split(',').map((each) => each.trim());
  for (const problem of new Set(secrets.map(secretProblem)))
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  return secrets;
});

/** A custom field and a flow. Names of fields have blanks, a flow's namespace has none. */
const fieldAndFlow = z.string().transform((text, context): NonNullable<InboundSettings['whatsapp']> => {
  const [, field = '', flow = ''] = /^\s*(\S.*?)\s+(\S+)\s*$/.exec(text) ?? [];
  if (field !== '') return { field, flow };
  context.addIssue({
    code: 'custom',
    message: 'must be a custom field and the ns of a flow, such as "Answer content20250101120000_123456"',
  });
  return z.NEVER;
});

/** A secret by the rules of Standard Webhooks: base64 of 24 to 64 bytes. */
const webhookSecret = z.string().refine((text) => {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text.trim())?.[1];
  const bytes = Buffer.from(encoded ?? '', 'base64').length;
  return bytes >= 24 && bytes <= 64;
}, 'must be whsec_ and base64 of 24 to 64 bytes: the command manychat-mcp inbound webhook-secret prints one');

/** Waits within a burst: at most so long that 8 s leave time for an answer, in milliseconds. */
export const pauseRange = [0, 5_000] as const;

/** The settings of what ManyChat calls, in reading order. */
export const inboundSettings = {
  MANYCHAT_MCP_INBOUND_SECRET: secretList.optional().register(texts, {
    restricts: true,
    description:
      'secret that ManyChat sends in a header when it calls, by which contacts are heard; the command inbound secret prints one. Several, separated by commas, are all valid, to replace one. For the account without an accounts file; that file has "inbound" for each account',
  }),
  MANYCHAT_MCP_INBOUND_PORT_NUMBER: portNumber().optional().register(texts, {
    flag: 'inbound',
    value: 'PORT',
    inbound: true,
    description:
      'beside stdio: loopback port on which ManyChat calls, through a tunnel or a proxy. serve --http takes its calls on its own port',
    summary: 'beside stdio: loopback port on which ManyChat calls',
  }),
  MANYCHAT_MCP_INBOUND_HEADER: secretHeader.default('X-ManyChat-Secret').register(texts, {
    flag: 'inbound-header',
    value: 'NAME',
    inbound: true,
    description: 'header with the secret; X-ManyChat-Secret by default',
    summary: 'header with the secret (default: X-ManyChat-Secret)',
  }),
  MANYCHAT_MCP_INBOUND_MODE: oneOf(answerModes, 'ack').register(texts, {
    flag: 'inbound-mode',
    value: 'MODE',
    inbound: true,
    description:
      "how messages are answered: ack (the default) ends ManyChat's call at once and answers later, reply holds the call for up to 8 seconds, draft sends nothing that no person has approved",
    summary: 'how messages are answered: ack (default), reply, draft',
  }),
  MANYCHAT_MCP_INBOUND_PAUSE_MS: milliseconds(...pauseRange, 2_000).register(texts, {
    flag: 'inbound-pause-ms',
    value: 'N',
    inbound: true,
    description:
      'how long a text waits for the next of the same contact, with which it becomes one message, in milliseconds; 2000 by default',
    summary: 'how long a text waits for the next one (default: 2000)',
  }),
  MANYCHAT_MCP_INBOUND_ANSWERS: z.string().default('20/10').pipe(loopLimit).register(texts, {
    flag: 'inbound-answers',
    value: 'N/M',
    inbound: true,
    description:
      'a contact who was answered by machines more than N times in M minutes is left to people; 20/10 by default',
    summary: 'most answers N to a contact in M minutes (default: 20/10)',
  }),
  MANYCHAT_MCP_INBOUND_WHATSAPP: fieldAndFlow.optional().register(texts, {
    flag: 'inbound-whatsapp',
    value: '"FIELD FLOW_NS"',
    inbound: true,
    description:
      'answers past the 24 hours of WhatsApp: a custom field that gets the text, and the ns of a flow with a template that shows it',
    summary: 'field and flow for WhatsApp answers past 24 hours',
  }),
  MANYCHAT_MCP_FORWARD_SECRET: webhookSecret.optional().register(texts, {
    description:
      'secret with which listen --forward signs messages, by the rules of Standard Webhooks; the command inbound webhook-secret prints one',
  }),
};
