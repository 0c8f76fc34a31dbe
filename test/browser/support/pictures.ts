import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import pixelmatch from 'pixelmatch';
import type { Locator, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { expect } from 'vitest';
import { pathOf } from '../../../scripts/root.js';

const folder = 'test/browser/pictures';

/**
 * What is done with pictures: compared, recorded, or ignored because they are those of another browser. `npm run browser` decides.
 */
export const mode = process.env.PICTURES ?? 'compare';

/** How many of the pixels may differ. */
const tolerance = 0.01;

/** The share of pixels that differ, and a picture of them. Everything differs if the sizes do. */
export function difference(one: Buffer, other: Buffer): { share: number; picture: Buffer } {
  const [left, right] = [PNG.sync.read(one), PNG.sync.read(other)];
  const { width, height } = left;
  if (width !== right.width || height !== right.height) return { share: 1, picture: other };
  const shown = new PNG({ width, height });
  const count = pixelmatch(left.data, right.data, shown.data, width, height);
  return { share: count / (width * height), picture: PNG.sync.write(shown) };
}

/** Draws a page, as much as is in its viewport, or an element: without animations and without the text cursor. */
export const drawn = (shown: Page | Locator): Promise<Buffer> =>
  shown.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });

/**
 * Compares a page or an element with the picture of this name, of which at most 1 % of the pixels may differ. `npm run browser --
 * --record` records it instead. If it differs, what was drawn and the difference are in test/browser/reports/.
 */
export async function comparePicture(shown: Page | Locator, name: string): Promise<void> {
  const path = pathOf(`${folder}/${name}.png`);
  const picture = await drawn(shown);
  if (mode === 'record') writeFileSync(path, picture);
  if (mode !== 'compare') return;
  if (!existsSync(path)) throw new Error(`${name}.png is not recorded: npm run browser -- --record`);
  const found = difference(readFileSync(path), picture);
  if (found.share > tolerance) {
    const reports = pathOf('test/browser/reports');
    mkdirSync(reports, { recursive: true });
    writeFileSync(`${reports}/${name}.png`, picture);
    writeFileSync(`${reports}/${name}.difference.png`, found.picture);
  }
  expect(found.share, `${name}.png differs: see test/browser/reports/`).toBeLessThanOrEqual(tolerance);
}
