import * as z from 'zod';
import { CallError } from '../../contract/failure.js';
import type { Result } from '../../contract/json.js';
import { type Steps, workflow } from '../../contract/workflow.js';
import { trimmed } from '../../values/addresses/marks.js';
import { precisionLost } from '../../values/inputs.js';
import { readMany } from '../for-each/read-many.js';
import { answersIn } from './answers.js';
import { createAsking } from './asking.js';
import { type Finding, nobody, searchFor } from './search.js';

/** Queries per call: a model has to read the result. */
const maxQueries = 50;

/** Characters of a query. No name or address is longer. */
const maxLength = 320;

/** A text; a number is read as its digits. */
const query = z
  .custom<string | number>()
  .transform((value: unknown, context): string => {
    const text = typeof value === 'number' ? String(value) : value;
    const problem =
      typeof text !== 'string'
        ? 'must be a text'
        : Number.isInteger(value) && !Number.isSafeInteger(value)
          ? precisionLost
          : trimmed(text) === ''
            ? 'must not be empty'
            : text.length > maxLength
              ? `must have at most ${maxLength} characters`
              : undefined;
    if (problem === undefined && typeof text === 'string') return trimmed(text);
    context.addIssue({ code: 'custom', message: problem ?? 'must be a text' });
    return z.NEVER;
  })
  .meta({ type: 'string' });

const text = z.string();
const match = z.looseObject({
  id: text,
  name: text.optional(),
  matched_by: text,
  channels: z.array(text).optional(),
  window: text,
  email: text.optional(),
  phone: text.optional(),
  whatsapp_phone: text.optional(),
  ig_username: text.optional(),
});
const output = z.looseObject({
  results: z.array(
    z.looseObject({
      query: text,
      matches: z.array(match).optional(),
      more_matches: z.union([z.int(), z.literal('not known')]).optional(),
      why_none: text.optional(),
      uncounted: z.array(text).optional(),
    }),
  ),
  not_asked: z.array(text).optional(),
  stopped: text.optional(),
  retry_after_s: z.int().optional(),
  warnings: z.array(text).optional(),
});

/** Failures that are about the query alone. */
const aboutQuery: ReadonlySet<string> = new Set(['invalid_input', 'not_found', 'rejected']);

/** Searches for one query. What ManyChat refuses of it is an answer. */
async function findingFor(...search: Parameters<typeof searchFor>): Promise<Finding> {
  try {
    return await searchFor(...search);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const { kind, source, message } = error.failure;
    if (source === 'manychat' && aboutQuery.has(kind)) return nobody(`ManyChat refused it: ${message}`);
    throw error;
  }
}

async function findAll(queries: readonly string[], steps: Steps): Promise<Result> {
  const asking = createAsking(steps);
  const search = (query: string) => findingFor(query, asking, steps.whatsappField);
  const { answers, error } = await readMany(queries, search, steps);
  if (error !== undefined && answers.size === 0) throw error;
  return answersIn(queries, {
    findings: answers,
    failure: error?.failure,
    warnings: asking.warnings(),
    now: steps.now(),
  });
}

export const findSubscribers = workflow({
  name: 'manychat_find_subscribers',
  title: 'Find subscribers',
  description:
    'Finds contacts by up to 50 queries. For each: the matches (matched_by says how) with channels on record and 24-hour window, or why_none. Several matches: ask which one is meant. Call again with only not_asked. The API cannot list or count contacts. Pages, full details: other find tools.',
  api: 'manychat',
  effect: 'read',
  view: 'subscribers',
  input: z.strictObject({
    queries: z
      .array(query)
      .min(1, { error: 'needs at least one query' })
      .max(maxQueries, { error: `takes at most ${maxQueries} queries; make several calls` })
      .describe('Each a full name, email, phone or WhatsApp number, id, ManyChat chat link, or "custom field:value"'),
  }),
  output: { schema: output },
  warnings({ queries }) {
    const repeated = queries.length - new Set(queries).size;
    return repeated === 0 ? [] : [`${repeated} queries are repeated: each is answered once.`];
  },
  example: { queries: ['Maria Garcia', 'john@example.com'] },
  run: ({ queries }, steps) => findAll([...new Set(queries)], steps),
});
