import { durationText } from '../../shell/duration.js';

/** How many contacts came to what. Together they are `total`; repeated ids are counted apart. */
export interface Counts {
  total: number;
  done: number;
  failed: number;
  unknown: number;
  not_reached: number;
  repeated: number;
}

/** Numbers as a person reads them. */
const grouped = (value: number): string => value.toLocaleString('en-US');

const barWidth = 20;

/** Tells how far a bulk has come. */
export interface ProgressText {
  /** A line for a terminal, redrawn. */
  bar(counts: Counts): string;
  /** A line for a log, or undefined where too little has happened since the last one. */
  line(counts: Counts): string | undefined;
}

/**
 * Creates what tells the progress.
 * @param now milliseconds, from any fixed point.
 * @param before contacts that were settled in earlier runs.
 */
export function createProgressText(now: () => number, before: number): ProgressText {
  const begun = now();
  let tenthsTold = 0;
  function figures({ total, done, failed, unknown }: Counts): { share: number; text: string } {
    const settled = done + failed + unknown;
    const seconds = (now() - begun) / 1000;
    const rate = seconds > 0 ? (settled - before) / seconds : 0;
    const left =
      rate > 0 && settled < total && seconds > 2 ? `about ${durationText((total - settled) / rate)} left` : '';
    const parts = [
      `${grouped(settled)} of ${grouped(total)}`,
      failed > 0 ? `${grouped(failed)} failed` : '',
      unknown > 0 ? `${grouped(unknown)} unknown` : '',
      seconds > 2 ? `${rate.toFixed(1)}/s` : '',
      left,
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
      const tenths = Math.floor(share * 10);
      if (tenths <= tenthsTold) return undefined;
      tenthsTold = tenths;
      return text;
    },
  };
}

/** The end of a bulk, in a sentence. */
export function summaryText({ total, done, failed, unknown, not_reached, repeated }: Counts): string {
  const parts = [
    `${grouped(done)} done`,
    `${grouped(failed)} failed`,
    `${grouped(unknown)} unknown`,
    `${grouped(not_reached)} not reached`,
  ];
  const twice =
    repeated === 0 ? '' : `; ${grouped(repeated)} repeated ${repeated === 1 ? 'id was' : 'ids were'} left out`;
  return `Of ${grouped(total)}: ${parts.join(', ')}${twice}.`;
}
