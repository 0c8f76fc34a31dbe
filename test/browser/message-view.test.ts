import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { examples } from '../../ui/gallery/examples.js';
import { openPage, type PageOptions } from './support/browser.js';
import { seriousFindings } from './support/findings.js';
import { useGallery } from './support/gallery.js';
import { comparePicture } from './support/pictures.js';

const gallery = useGallery();
const channels = ['messenger', 'instagram', 'whatsapp', 'telegram'] as const;
type Channel = (typeof channels)[number];

/** Opens examples, by their names, in one channel or all. */
const open = (names: string, channel?: Channel, options?: PageOptions): Promise<Page> =>
  openPage(`${gallery.url}#${names}${channel === undefined ? '' : `/${channel}`}`, { width: 320, ...options });

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

/** Where the elements of a selector are. */
const boxes = (page: Page, selector: string): Promise<Box[]> =>
  page.locator(selector).evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().toJSON()));

/** Where the one element of a selector is. */
async function box(page: Page, selector: string): Promise<Box> {
  const [first, ...more] = await boxes(page, selector);
  if (first === undefined || more.length > 0) throw new Error(`${selector}: ${more.length + 1} elements`);
  return first;
}

describe.each(['light', 'dark'] as const)('every example in every channel (%s)', (scheme) => {
  test('has no serious finding', async () => {
    const page = await open('', undefined, { scheme });
    expect(await page.locator('.mv').count()).toBe(examples.length * channels.length);
    expect(await seriousFindings(page)).toEqual([]);
  });
});

test('every example fits into 320 px in every channel, and no text is cut off', async () => {
  const page = await open('');
  const problems = await page.evaluate(() => {
    const found: string[] = [];
    const note = (element: Element, what: string): void => {
      found.push(`${element.closest('[aria-label]')?.getAttribute('aria-label')}: ${element.className} ${what}`);
    };
    if (document.documentElement.scrollWidth > 320) found.push('the page scrolls sideways');
    for (const element of document.querySelectorAll<HTMLElement>('.mv :not(svg *)')) {
      const { left, right } = element.getBoundingClientRect();
      const card = element.closest('.mv-card')?.getBoundingClientRect();
      const isScrolled = element.closest('.mv-gallery') !== null && element.closest('.mv-card') !== element;
      if (card === undefined && !isScrolled && (left < 0 || right > 320)) note(element, 'is outside of the column');
      if (card !== undefined && (left < card.left - 1 || right > card.right + 1))
        note(element, 'is outside of its card');
      const { overflowX } = getComputedStyle(element);
      const isUnseen = element.matches('.mv-unseen');
      const isCut = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
      if (overflowX === 'hidden' && isCut && !isUnseen) note(element, 'cuts off what is in it');
    }
    return found;
  });
  expect(problems).toEqual([]);
});

describe.each(channels)('on %s', (channel) => {
  test('buttons are stacked below the text, inside its bubble except on Telegram', async () => {
    const page = await open('text-buttons', channel);
    const text = await box(page, '.mv-bubble');
    const block = await box(page, '.mv-block');
    const [first, second] = await boxes(page, '.mv-button');
    expect(first?.top).toBeGreaterThanOrEqual(text.bottom - 1);
    expect(second?.top).toBeGreaterThanOrEqual(first?.bottom ?? Number.NaN);
    expect(second?.bottom).toBeLessThanOrEqual(block.bottom);
    expect(first?.left).toBe(second?.left);
    const background = await page.locator('.mv-block').evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(background === 'rgba(0, 0, 0, 0)').toBe(channel === 'telegram');
  });

  test('the page writes on the left, and the contact on the right', async () => {
    const page = await open('text,from-contact', channel);
    const column = await box(page, '[aria-label=text] .mv');
    const fromPage = await box(page, '.mv-from-page .mv-block');
    expect(fromPage.left - column.left).toBeLessThan(column.right - fromPage.right);
    for (const each of await boxes(page, '.mv-from-contact .mv-block')) {
      expect(each.left - column.left).toBeGreaterThan(column.right - each.right);
    }
  });

  test('quick replies follow the last message; where there are none, they are greyed with the reason', async () => {
    const page = await open('eleven-quick-replies', channel);
    const message = await box(page, '.mv-message');
    const replies = await boxes(page, '.mv-quick-replies > li');
    expect(replies).toHaveLength(11);
    expect(replies[0]?.top).toBeGreaterThan(message.bottom);
    expect(replies[0]?.top).toBe(replies[1]?.top);
    const isSupported = channel === 'messenger' || channel === 'instagram';
    expect(await page.getByRole('button').count()).toBe(isSupported ? 11 : 0);
    expect(await page.locator('.mv-note').allTextContents()).toEqual(
      isSupported ? [] : [`Not supported: quick_replies does not work on ${channel}; use another form or channel`],
    );
  });

  test('cards are side by side, with pictures of their aspect ratio', async () => {
    const page = await open('cards-square,ten-cards', channel);
    for (const [name, ratio, count] of [
      ['cards-square', 1, 3],
      ['ten-cards', 1.91, 10],
    ] as const) {
      const cards = await boxes(page, `[aria-label=${name}] .mv-card`);
      expect(cards).toHaveLength(count);
      for (const [index, card] of cards.slice(1).entries()) {
        expect(card.top).toBe(cards[0]?.top);
        expect(card.left).toBeGreaterThan(cards[index]?.right ?? Number.NaN);
      }
      for (const { width, height } of await boxes(page, `[aria-label=${name}] .mv-card-picture`)) {
        expect(width / height).toBeCloseTo(ratio, 1);
      }
    }
  });

  test('media are placeholders with their kind, name and address', async () => {
    const page = await open('image,video,audio,file', channel);
    const kinds = await page.locator('.mv-medium').allTextContents();
    expect(kinds).toEqual([
      'Picture: spring.jpg',
      'Video: how-it-is-made.mp4',
      'Audio: voice.m4a',
      'File: invoice 1001.pdf',
    ]);
    expect(await page.locator('.mv-media a').count()).toBe(4);
    const greyed = await page.locator('.mv-message.mv-is-unsupported').count();
    expect(greyed).toBe(channel === 'instagram' || channel === 'whatsapp' ? 3 : 0);
  });

  test('a press says what was pressed', async () => {
    const page = await open('mixed,card,button-url', channel);
    await page.getByRole('button', { name: 'Change the address' }).click();
    const pressed = { caption: 'Change the address', kind: 'button', type: 'flow', message: 2, index: 1 };
    expect(JSON.parse(await page.title())).toMatchObject(pressed);
    const isFull = channel === 'messenger' || channel === 'instagram';
    expect(await page.getByRole('button', { name: 'No, thanks' }).count()).toBe(isFull ? 1 : 0);
    if (!isFull) return;
    await page.getByRole('button', { name: 'No, thanks' }).press('Enter');
    expect(JSON.parse(await page.title())).toEqual({
      caption: 'No, thanks',
      kind: 'quick_reply',
      type: 'flow',
      index: 1,
    });
    await page.getByRole('button', { name: 'Ask a question' }).press('Space');
    expect(JSON.parse(await page.title())).toMatchObject({ caption: 'Ask a question', message: 0, card: 0, index: 1 });
  });

  test.each(['light', 'dark'] as const)('looks as recorded (%s)', async (scheme) => {
    const page = await open('mixed,from-contact,card', channel, { scheme });
    await comparePicture(page.locator('main'), `message-view-${channel}-${scheme}`);
  });
});

test('a long text is drawn in the parts in which it is sent, with the buttons below the last', async () => {
  const page = await open('split-text');
  const marks = (channel: Channel) => page.locator(`[data-channel=${channel}] .mv-part`).allTextContents();
  expect(await marks('messenger')).toEqual(['Part 1 of 2', 'Part 2 of 2']);
  expect(await marks('instagram')).toEqual(['Part 1 of 4', 'Part 2 of 4', 'Part 3 of 4', 'Part 4 of 4']);
  expect(await page.locator('.mv-message:last-child .mv-button').count()).toBe(4);
  expect(await page.locator('.mv-button').count()).toBe(4);
});

test('the keyboard scrolls through a gallery, and reaches the buttons of its cards', async () => {
  const page = await open('ten-cards', 'messenger');
  const scrolled = () => page.locator('.mv-gallery').evaluate((element) => element.scrollLeft);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Gallery of 10 cards');
  await page.keyboard.press('ArrowRight');
  await expect.poll(scrolled).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Ask a question' }).last().focus();
  const { left, right } = await box(page, '.mv-card:last-child');
  expect(left).toBeGreaterThanOrEqual(0);
  expect(right).toBeLessThanOrEqual(320);
});

describe('what strangers write', () => {
  test('never becomes markup', async () => {
    const page = await open('markup');
    expect(await page.locator('main :is(img, script, style, i, svg, [style], [onerror], [onload])').count()).toBe(0);
    await expect.poll(() => page.locator('.mv-bubble').first().textContent()).toContain('<script>alert(1)</script>');
  });

  test('is isolated, so that it cannot turn our words around', async () => {
    const page = await open('markup', 'messenger');
    const order = await page.locator('.mv-about').evaluate((about) => {
      const [name, value] = about.querySelectorAll('bdi');
      const between = document.createRange();
      if (name === undefined || value === undefined) return [];
      between.setStartAfter(name);
      between.setEndBefore(value);
      const middle = (part: Range | Element): number => {
        const { left, right } = part.getBoundingClientRect();
        return (left + right) / 2;
      };
      return [middle(name), middle(between), middle(value)];
    });
    expect(order).toHaveLength(3);
    expect(order).toEqual([...order].sort((one, other) => one - other));
  });

  test('leads to http, https and tel only, in a new tab without an opener', async () => {
    const page = await open('');
    const links = await page
      .locator('a')
      .evaluateAll((all) =>
        all.map((link) =>
          [link.getAttribute('href')?.split(':')[0], link.getAttribute('target'), link.getAttribute('rel')].join(' '),
        ),
      );
    expect([...new Set(links)].sort()).toEqual(['https _blank noopener noreferrer', 'tel _blank noopener noreferrer']);
    expect(await page.getByRole('link', { name: 'Script' }).count()).toBe(0);
    expect(await page.locator('.mv-opens').first().textContent()).toBe(' (opens evil.example)');
  });
});
