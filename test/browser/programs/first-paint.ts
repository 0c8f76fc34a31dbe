/*
 * Opens the page of a sandbox and a blank page in turns, each in a context of its own, and prints when each was first painted,
 * and when the page showed its contacts, in milliseconds after the request. Arguments: address of the page, number of rounds.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/launch.js';

/** A page of one line, which is painted as soon as a browser can. */
const blank = '<!doctype html><html lang="en"><title>Blank</title><p>Blank</p></html>';

/** When the page was first painted. */
const firstPaint = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const observer = new PerformanceObserver((list) => {
          const [paint] = list.getEntriesByName('first-paint');
          if (paint !== undefined) resolve(paint.startTime);
        });
        observer.observe({ type: 'paint', buffered: true });
      }),
  );

async function measured<Figure>(browser: Browser, address: string, measure: (page: Page) => Promise<Figure>) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  await page.goto(address);
  const figure = await measure(page);
  await context.close();
  return figure;
}

const [, , address = '', rounds = '15'] = process.argv;
const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(blank));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const blankAddress = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const browser = await launchBrowser();
const figures: { blank: number; page: number; contacts: number }[] = [];
for (let round = -2; round < Number(rounds); round += 1) {
  const ofBlank = await measured(browser, blankAddress, firstPaint);
  const ofPage = await measured(browser, address, async (page) => {
    const painted = await firstPaint(page);
    await page.getByRole('navigation').getByRole('link').first().waitFor();
    return { page: painted, contacts: await page.evaluate(() => performance.now()) };
  });
  if (round >= 0) figures.push({ blank: ofBlank, ...ofPage });
}
await browser.close();
server.close();
process.stdout.write(JSON.stringify(figures));
