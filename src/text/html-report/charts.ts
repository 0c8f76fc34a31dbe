import { type Html, html } from './markup.js';
import type { Timeline } from './timeline.js';

/** What a colour stands for. */
export type Tone = 'good' | 'bad' | 'doubt' | 'rest';

/** A kind of things that are counted. */
export interface Kind {
  readonly name: string;
  readonly tone: Tone;
}

export const grouped = (value: number): string => value.toLocaleString('en-US');

/** A count with its noun: `1 contact`, `2 contacts`. */
export const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

const day = 86_400_000;
const minute = 60_000;

/** A time as `2026-11-26 09:30:05`, in UTC. */
export const timeText = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

const units = [
  ['day', day],
  ['hour', 60 * minute],
  ['minute', minute],
  ['second', 1_000],
] as const;

/** The length of an interval: `1 second`, `30 minutes`. */
function widthText(width: number): string {
  const [name, size] = units.find(([, each]) => width % each === 0 && width >= each) ?? units[3];
  return counted(width / size, name);
}

/** A square in the colour of a kind. */
export const swatch = (tone: Tone): Html =>
  html`<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect class="${tone}" width="1" height="1"/></svg>`;

/** A bar that shows how large each part of a whole is. Its numbers must be in the text beside it. */
export function shareBar(parts: readonly { readonly tone: Tone; readonly count: number }[]): Html {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return html``;
  let from = 0;
  const rects = parts.map(({ tone, count }) => {
    const width = (count / total) * 1_000;
    const rect = html`<rect class="${tone}" x="${from}" width="${width}" height="1"/>`;
    from += width;
    return count === 0 ? undefined : rect;
  });
  return html`<svg class="shares" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`;
}

/** The height of the highest column, and the least height of a part of a column. */
const [fullHeight, leastHeight] = [100, 2];
const columnWidth = 10;

function column(index: number, counts: readonly number[], kinds: readonly Kind[], most: number, top: number): Html {
  let y = top;
  const rects = kinds.map(({ tone }, kind) => {
    const count = counts[kind] ?? 0;
    if (count === 0) return undefined;
    const height = Math.max(leastHeight, (count / most) * fullHeight);
    y -= height;
    return html`<rect class="${tone}" x="${index * columnWidth + 1}" y="${y}" width="${columnWidth - 2}" height="${height}"/>`;
  });
  return html`${rects}`;
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** How many of each kind there were over time, as columns and as a table. */
export function overTime(timeline: Timeline, kinds: readonly Kind[], noun: string): Html {
  const intervals = timeline.intervals();
  const [first, last] = [intervals.at(0), intervals.at(-1)];
  if (first === undefined || last === undefined) return html``;
  const width = timeline.width();
  const [begin, end] = [first.from, last.from + width];
  const total = sumOf(intervals.map(({ counts }) => sumOf(counts)));
  if (intervals.length === 1) {
    return html`<p>${counted(total, noun)} within ${widthText(width)}, at ${timeText(begin)} UTC.</p>`;
  }
  const most = Math.max(...intervals.map(({ counts }) => sumOf(counts)));
  const isOneDay = Math.floor(begin / day) === Math.floor((end - 1) / day);
  const placed = (at: number): string => {
    const text = isOneDay ? timeText(at).slice(11) : timeText(at);
    return width < minute ? text : text.slice(0, -3);
  };
  const summary = `${counted(total, noun)} from ${timeText(begin)} to ${timeText(end)} UTC, at most ${grouped(most)} in ${widthText(width)}.`;
  // Each part has its least height, so that a column can be higher than the highest count.
  const top = fullHeight + kinds.length * leastHeight;
  const shown = kinds.map((kind, index) => ({
    ...kind,
    count: sumOf(intervals.map(({ counts }) => counts[index] ?? 0)),
  }));
  const legend = shown.map(({ name, tone, count }) => html`<li>${swatch(tone)} ${name} ${grouped(count)}</li>`);
  const columns = intervals.map(({ counts }, index) => column(index, counts, kinds, most, top));
  const rows = intervals.map(
    ({ from, counts }) =>
      html`<tr><th scope="row">${placed(from)}</th>${kinds.map((_, kind) => html`<td>${grouped(counts[kind] ?? 0)}</td>`)}</tr>`,
  );
  return html`<figure>
<ul class="legend">${legend}</ul>
<svg class="columns" viewBox="0 0 ${intervals.length * columnWidth} ${top}" preserveAspectRatio="none" role="img"><title>${summary}</title>${columns}</svg>
<p class="axis" aria-hidden="true"><span>${placed(begin)}</span><span>${placed(end)} UTC</span></p>
<figcaption>${summary}</figcaption>
<details><summary>As a table</summary>
<table class="numbers"><thead><tr><th scope="col">From (UTC)</th>${kinds.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></details>
</figure>`;
}
