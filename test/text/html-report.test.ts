import { describe, expect, test } from 'vitest';
import { type Kind, overTime, shareBar } from '../../src/text/html-report/charts.js';
import { html } from '../../src/text/html-report/markup.js';
import { isReportOf, reportPage } from '../../src/text/html-report/page.js';
import { createTimeline } from '../../src/text/html-report/timeline.js';
import { activeTags } from '../support/inert.js';

const nine = Date.UTC(2026, 10, 26, 9);

describe('a template', () => {
  test('escapes text, joins lists, and keeps the markup of other templates', () => {
    const items = ['<b>', `"&'`, 3, undefined].map((each) => html`<li>${each}</li>`);
    expect(String(html`<ul>${items}</ul>`)).toBe(
      '<ul><li>&lt;b&gt;</li><li>&quot;&amp;&#39;</li><li>3</li><li></li></ul>',
    );
  });

  test('removes characters that hide or reorder text, and isolates text that runs from right to left', () => {
    expect(String(html`<p>${'a\u202eb\u2066c\u200b\u0007\u2069'} and ${'שלום'}</p>`)).toBe(
      '<p>abc and \u2068שלום\u2069</p>',
    );
  });

  test.each<[string, () => unknown]>([
    ['a text in an attribute', () => html`<p class="${'a b'}">`],
    ['an address', () => html`<a href="${'javascript:alert(1)'}">`],
    ['a number that is none', () => html`<rect width="${Number.NaN}"/>`],
    ['markup in an attribute', () => html`<p class="${html`a`}">`],
    ['a value without quotes', () => html`<p class=${'a'}>`],
    ['the name of a tag', () => html`<${'script'}>`],
    ['the name of an attribute', () => html`<p ${'onclick'}="x">`],
    ['a tag that another template would close', () => html`<p class="a"`],
    ['an attribute that another template would close', () => html`<p class="a>`],
  ])('refuses %s', (_, write) => {
    expect(write).toThrow(TypeError);
  });

  test('takes numbers and plain words in attributes', () => {
    expect(String(html`<rect class="${'good'}" x="${1.5}"/>`)).toBe('<rect class="good" x="1.5"/>');
  });
});

test('a page allows its style and nothing else, and names its writer', () => {
  const page = reportPage('bulk', '</title><script>alert(1)</script>', html`<p>${'<img src=x onerror=alert(1)>'}</p>`);
  expect(page).toContain(
    `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
  );
  expect(activeTags(page)).toEqual([]);
  expect(page).not.toMatch(/url\(|@import/);
  expect(page.match(/<title>.*/)?.[0]).toBe('<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>');
  expect([isReportOf('bulk', page), isReportOf('evals', page), isReportOf('bulk', page.slice(1))]).toEqual([
    true,
    false,
    false,
  ]);
});

describe('a timeline', () => {
  test('counts by second, with the seconds in which nothing happened', () => {
    const timeline = createTimeline(2);
    timeline.add(nine + 999, 0);
    timeline.add(nine, 1, 4);
    timeline.add(nine + 2_000, 0);
    expect([timeline.width(), timeline.intervals()]).toEqual([
      1_000,
      [
        { from: nine, counts: [1, 4] },
        { from: nine + 1_000, counts: [0, 0] },
        { from: nine + 2_000, counts: [1, 0] },
      ],
    ]);
  });

  test('widens its intervals as the time between events grows, and loses none', () => {
    const widths = [40, 41, 3_600, 86_400, 90 * 86_400, 4_000 * 86_400].map((seconds) => {
      const timeline = createTimeline(1);
      // Backwards too: a clock may be set.
      for (let part = 0; part < 500; part += 1) timeline.add(nine - (part / 500) * seconds * 1_000, 0);
      const intervals = timeline.intervals();
      expect(intervals.length).toBeLessThanOrEqual(40);
      expect(intervals.reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0)).toBe(500);
      return timeline.width() / 1_000;
    });
    expect(widths).toEqual([5, 5, 300, 3_600, 345_600, 11_059_200]);
  });

  test('joins another one with other intervals', () => {
    const [short, long] = [createTimeline(1), createTimeline(1)];
    for (const second of [0, 1, 59]) short.add(nine + second * 1_000, 0);
    for (const minutes of [0, 59]) long.add(nine + minutes * 60_000, 0, 2);
    const both = [createTimeline(1), createTimeline(1)].map((joined, index) => {
      for (const each of index === 0 ? [short, long] : [long, short]) joined.addAll(each);
      return joined.intervals();
    });
    expect(both[0]).toEqual(both[1]);
    expect(both[0]?.filter(({ counts }) => counts[0] !== 0)).toEqual([
      { from: nine, counts: [5] },
      { from: nine + 55 * 60_000, counts: [2] },
    ]);
  });
});

describe('a chart', () => {
  const kinds: readonly Kind[] = [
    { name: 'done', tone: 'good' },
    { name: 'failed', tone: 'bad' },
  ];

  test('has a column for each interval, and its numbers in a sentence and in a table', () => {
    const timeline = createTimeline(2);
    timeline.add(nine, 0, 1_000);
    timeline.add(nine + 2_000, 0, 10);
    timeline.add(nine + 2_000, 1);
    const text = String(overTime(timeline, kinds, 'contact'));
    expect(text.match(/<rect class="\w+" x=[^>]*>/g)).toEqual([
      '<rect class="good" x="1" y="4" width="8" height="100"/>',
      '<rect class="good" x="21" y="102" width="8" height="2"/>',
      '<rect class="bad" x="21" y="100" width="8" height="2"/>',
    ]);
    const summary = '1,011 contacts from 2026-11-26 09:00:00 to 2026-11-26 09:00:03 UTC, at most 1,000 in 1 second.';
    expect(text).toContain(`role="img"><title>${summary}</title>`);
    expect(text).toContain(`<figcaption>${summary}</figcaption>`);
    expect(
      text.match(/<tr>.*?<\/tr>/gs)?.map((row) =>
        row
          .replace(/<[^>]*>/g, ' ')
          .trim()
          .split(/ {2,}/),
      ),
    ).toEqual([
      ['From (UTC)', 'done', 'failed'],
      ['09:00:00', '1,000', '0'],
      ['09:00:01', '0', '0'],
      ['09:00:02', '10', '1'],
    ]);
  });

  test('names the days if there are several, and is a sentence for one interval', () => {
    const [days, one] = [createTimeline(2), createTimeline(2)];
    for (const hour of [0, 20]) days.add(nine + hour * 3_600_000, 0);
    one.add(nine + 500, 1, 2);
    expect(String(overTime(days, kinds, 'contact'))).toContain('<span>2026-11-26 09:00</span>');
    expect(String(overTime(one, kinds, 'contact'))).toBe(
      '<p>2 contacts within 1 second, at 2026-11-26 09:00:00 UTC.</p>',
    );
    expect(String(overTime(createTimeline(2), kinds, 'contact'))).toBe('');
  });

  test('of shares fills its width, and is left out for nothing', () => {
    const parts = (counts: readonly number[]) => kinds.map(({ tone }, index) => ({ tone, count: counts[index] ?? 0 }));
    expect(String(shareBar(parts([3, 1]))).match(/x="\d+" width="\d+"/g)).toEqual([
      'x="0" width="750"',
      'x="750" width="250"',
    ]);
    expect(String(shareBar(parts([0, 0])))).toBe('');
  });
});
