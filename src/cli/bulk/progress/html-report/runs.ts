import { closeSync, constants } from 'node:fs';
import { createTimeline, type Timeline } from '../../../../text/html-report/timeline.js';
import { readLine } from '../../journal/entry.js';
import { openOwn } from '../../journal/own-file.js';
import { linesOf } from '../../journal/reading.js';

/** What a turn of a contact can come to, in the order in which it is shown. */
const outcomes = ['done', 'failed', 'unknown'] as const;

/** Contacts by what their turn came to. */
export type Outcomes = Record<(typeof outcomes)[number], number>;

/** The outcomes of nobody. */
export const noOutcomes = (): Outcomes => ({ done: 0, failed: 0, unknown: 0 });

/** What a run did, by its journal. */
export interface RecordedRun {
  /** In milliseconds since 1970; undefined if an older version, which recorded no times, wrote the journal. */
  readonly startedAt: number | undefined;
  /** When its last outcome came; undefined like the start, or if there was none. */
  lastAt: number | undefined;
  readonly counts: Outcomes;
  readonly timeline: Timeline;
}

function addTo(runs: Map<number | undefined, RecordedRun>, startedAt: number | undefined): RecordedRun {
  const known = runs.get(startedAt);
  if (known !== undefined) return known;
  const run = { startedAt, lastAt: undefined, counts: noOutcomes(), timeline: createTimeline(outcomes.length) };
  runs.set(startedAt, run);
  return run;
}

/** The latest of two times. */
const later = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);

/** In the order of their start; what has no time comes first. */
const inOrder = (runs: Map<number | undefined, RecordedRun>): RecordedRun[] =>
  [...runs.values()].toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));

/**
 * Reads what each run did from the journal of a job. A contact that was tried again counts in each run.
 * @throws UsageError if the journal cannot be read.
 */
export function runsIn(path: string): RecordedRun[] {
  const file = openOwn(path, constants.O_RDONLY, undefined);
  if (file === undefined) return [];
  const runs = new Map<number | undefined, RecordedRun>();
  let startedAt: number | undefined;
  try {
    for (const { text } of linesOf(file)) {
      const line = readLine(text);
      if (line === undefined || 'matched' in line) continue;
      if ('run' in line) {
        startedAt = line.run.at;
        continue;
      }
      const { state, at, line: row } = line.entry;
      const outcome = outcomes.find((each) => each === state);
      // Contacts that an earlier job reached have neither a row nor a time: they had no turn in this one.
      if (outcome === undefined || (at === undefined && row === undefined)) continue;
      const run = addTo(runs, startedAt);
      run.counts[outcome] += 1;
      if (at === undefined) continue;
      run.timeline.add(at, outcomes.indexOf(outcome));
      run.lastAt = later(run.lastAt, at);
    }
  } finally {
    closeSync(file);
  }
  return inOrder(runs);
}

/** The runs of several journals together: those of all accounts that were worked on side by side are one. */
export function joinedRuns(journals: readonly (readonly RecordedRun[])[]): RecordedRun[] {
  const joined = new Map<number | undefined, RecordedRun>();
  for (const { startedAt, lastAt, counts, timeline } of journals.flat()) {
    const run = addTo(joined, startedAt);
    run.lastAt = later(run.lastAt, lastAt);
    for (const outcome of outcomes) run.counts[outcome] += counts[outcome];
    run.timeline.addAll(timeline);
  }
  return inOrder(joined);
}
