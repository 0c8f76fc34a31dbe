import { roundedDuration } from '../../shell/duration.js';
import type { Counts } from './counts.js';

const grouped = (value: number): string => value.toLocaleString('en-US');

const barWidth = 20;
/** Rate and remaining time are shown once they mean something. */
const settlingSeconds = 2;

/** Words the progress of a run. */
export interface ProgressText {
  /** A line for a terminal, to be redrawn. */
  bar(counts: Counts): string;
  /** A line for a log; undefined unless another tenth is settled since the last one. */
  line(counts: Counts): string | undefined;
}

/**
 * Creates the words for the progress of a run.
 * @param now milliseconds from any fixed point.
 * @param settledBefore contacts settled by earlier runs.
 */
export function createProgressText(now: () => number, settledBefore: number): ProgressText {
  const startedAt = now();
  let lastTenth = 0;
  function figures({ total, done, failed, unknown }: Counts): { share: number; text: string } {
    const settled = done + failed + unknown;
    const seconds = (now() - startedAt) / 1000;
    const rate = seconds > 0 ? (settled - settledBefore) / seconds : 0;
    const isSteady = seconds > settlingSeconds;
    const parts = [
      `${grouped(settled)} of ${grouped(total)}`,
      failed > 0 ? `${grouped(failed)} failed` : '',
      unknown > 0 ? `${grouped(unknown)} unknown` : '',
      isSteady ? `${rate.toFixed(1)}/s` : '',
      isSteady && rate > 0 && settled < total ? `about ${roundedDuration((total - settled) / rate)} left` : '',
    ];
    return { share: total === 0 ? 1 : settled / total, text: parts.filter((part) => part !== '').join(' · ') };
  }
  return {
    bar(counts) {
      const { share, text } = figures(counts);
      const full = Math.round(share * barWidth);
      return `[${'#'.repeat(full)}${'-'.repeat(barWidth - full)}] ${text}`;
    },
    line(counts) {
      const { share, text } = figures(counts);
      const tenth = Math.floor(share * 10);
      if (tenth <= lastTenth) return undefined;
      lastTenth = tenth;
      return text;
    },
  };
}

/** How many contacts have only empty cells for their fields, which count as done. */
export const nothingToSetText = (count: number): string =>
  `${grouped(count)} ${count === 1 ? 'has' : 'have'} nothing to set`;

/** The counts at the end of a run, in a sentence. */
export function summaryText({ total, done, failed, unknown, not_reached, repeated }: Counts): string {
  const parts = [
    `${grouped(done)} done`,
    `${grouped(failed)} failed`,
    `${grouped(unknown)} unknown`,
    `${grouped(not_reached)} not reached`,
  ];
  const leftOut =
    repeated === 0 ? '' : `; ${grouped(repeated)} repeated ${repeated === 1 ? 'id was' : 'ids were'} left out`;
  return `Of ${grouped(total)}: ${parts.join(', ')}${leftOut}.`;
}
