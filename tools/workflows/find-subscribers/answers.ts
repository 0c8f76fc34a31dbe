import { type Failure, failureLine } from '../../contract/failure.js';
import type { Result } from '../../contract/json.js';
import { clipped } from '../../contract/quoted.js';
import { channelsOnRecord, windowSummary } from '../../message/window.js';
import type { Finding, Match } from './search.js';

/** Up to this many contacts are shown with their addresses: more would cost thousands of tokens. */
const fewMatches = 20;

/** Up to this many contacts are all shown, because something may be done for each of them. */
const maxMatches = 100;

/** How much of the findings is shown; the first with which all results fit is used. */
const sizes = [
  { matches: maxMatches, text: 60, reason: 500, uncounted: 3 },
  { matches: 20, text: 60, reason: 500, uncounted: 3 },
  { matches: 10, text: 60, reason: 500, uncounted: 3 },
  { matches: 5, text: 60, reason: 300, uncounted: 2 },
  { matches: 2, text: 60, reason: 200, uncounted: 1 },
  { matches: 1, text: 40, reason: 150, uncounted: 1 },
  { matches: 1, text: 15, reason: 100, uncounted: 0 },
] as const;
type Size = (typeof sizes)[number];

/** Bytes of all results as JSON. What else the tool returns has room beside them. */
const maxBytes = 22_000;

/** Up to so many queries say what a miss may mean; if there are more, it is said once for all. */
const fewMisses = 3;

const shownText = (value: unknown, { text }: Size): string | undefined =>
  typeof value === 'string' && value !== '' ? clipped(value, text) : undefined;

/** How the answers of a call are shown. */
interface Form {
  readonly now: number;
  readonly size: Size;
  readonly withAddresses: boolean;
  /** What a miss may mean, of misses that do not say it themselves. */
  readonly common: ReadonlySet<string>;
}

/** What tells a contact from others, in few words. Addresses are only shown where there are few contacts. */
function summary({ contact, by }: Match, { now, size, withAddresses }: Form): Result {
  const { id, name, email, phone, whatsapp_phone, ig_username } = contact;
  const channels = channelsOnRecord(contact).map((channel) => channel.toLowerCase());
  const addresses = Object.entries({ email, phone, whatsapp_phone, ig_username }).flatMap(([key, value]) => {
    const shown = shownText(value, size);
    return shown === undefined ? [] : [[key, shown] as const];
  });
  const shownName = shownText(name, size);
  return {
    id: String(id),
    ...(shownName !== undefined && { name: shownName }),
    matched_by: by.join(', '),
    ...(channels.length > 0 && { channels }),
    window: windowSummary(contact, now),
    ...(withAddresses && Object.fromEntries(addresses)),
  };
}

function answerOf(query: string, { matches, capped, uncounted, miss }: Finding, form: Form): Result {
  const { size, common } = form;
  const more = matches.length - size.matches;
  const others = uncounted.slice(0, size.uncounted).map((note) => clipped(note, size.reason));
  const reasons = miss === undefined ? [] : [miss.tried, common.has(miss.meaning) ? '' : miss.meaning];
  return {
    query: clipped(query, size.text),
    ...(miss === undefined
      ? { matches: matches.slice(0, size.matches).map((match) => summary(match, form)) }
      : { why_none: clipped(reasons.join(' '), size.reason) }),
    ...(capped ? { more_matches: 'not known' } : more > 0 && { more_matches: more }),
    ...(others.length > 0 && { uncounted: others }),
  };
}

/** What more than a few misses may mean. */
function commonMeanings(findings: readonly Finding[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { miss } of findings) {
    if (miss !== undefined && miss.tried !== '') counts.set(miss.meaning, (counts.get(miss.meaning) ?? 0) + 1);
  }
  return new Set([...counts].flatMap(([meaning, count]) => (count > fewMisses ? [meaning] : [])));
}

/** The answers that fit, in the order of the queries. */
function fittedAnswers(
  found: readonly (readonly [string, Finding])[],
  count: number,
  form: Omit<Form, 'size' | 'withAddresses'>,
): Result[] {
  const withAddresses = count <= fewMatches;
  let fitting: Result[] = [];
  for (const size of count <= maxMatches ? sizes : sizes.slice(1)) {
    fitting = found.map(([query, finding]) => answerOf(query, finding, { ...form, size, withAddresses }));
    if (Buffer.byteLength(JSON.stringify(fitting)) <= maxBytes) break;
  }
  return fitting;
}

const moreText =
  'more_matches are not shown: ask for that query alone, which shows up to 100. ManyChat returns no more than 100.';

/** What came of the queries of one call. */
export interface Findings {
  readonly findings: ReadonlyMap<string, Finding>;
  /** The first failure, or the one that stopped the call. */
  readonly failure: Failure | undefined;
  readonly warnings: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The result of the tool. Queries without a finding are listed, so that they can be asked again. */
export function answersIn(queries: readonly string[], { findings, failure, warnings, now }: Findings): Result {
  const found = queries.flatMap((query) => {
    const finding = findings.get(query);
    return finding === undefined ? [] : [[query, finding] as const];
  });
  const left = queries.filter((query) => !findings.has(query));
  const stopped =
    failure === undefined
      ? 'The time of this call was up: call again with only those in not_asked.'
      : failureLine(failure);
  const all = found.map(([, finding]) => finding);
  const common = commonMeanings(all);
  const count = all.reduce((sum, { matches }) => sum + matches.length, 0);
  const results = fittedAnswers(found, count, { now, common });
  const hasMore = results.some(({ more_matches }) => more_matches !== undefined);
  const notes = [...warnings, ...common, ...(hasMore ? [moreText] : [])];
  return {
    results,
    ...(left.length > 0 && { not_asked: left, stopped }),
    ...(left.length > 0 && failure?.retry_after_s !== undefined && { retry_after_s: failure.retry_after_s }),
    ...(notes.length > 0 && { warnings: notes }),
  };
}
