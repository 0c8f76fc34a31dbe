import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, expect, onTestFinished } from 'vitest';
import { launchBrowser } from './launch.js';

let started: Promise<Browser> | undefined;

/** The browser of a test file, started when the first test needs it. */
export function openBrowser(): Promise<Browser> {
  started ??= launchBrowser();
  return started;
}

afterAll(async () => (await started)?.close());

/** How a page is shown, and what it may do. */
export interface PageOptions {
  readonly scheme?: 'light' | 'dark';
  /** Of the viewport, in CSS pixels; default 1,200 by 800. */
  readonly width?: number;
  readonly height?: number;
  /** Whether the user prefers reduced motion; default false. */
  readonly reducedMotion?: boolean;
  /** ISO 8601: the page's `Date` stands still there. Its timers run. */
  readonly now?: string;
  /** Origins that it may request, beside that of its address. */
  readonly origins?: readonly string[];
  /** Problems that the test causes, such as the console's line about a response with status 409. */
  readonly expected?: readonly RegExp[];
}

/**
 * The problems of all pages in a context, as they come: errors on the console, uncaught errors, violations of a Content Security
 * Policy, and requests to other origins than these.
 */
export async function watchContext(context: BrowserContext, origins: readonly string[]): Promise<readonly string[]> {
  const problems: string[] = [];
  const note = (problem: string): void => void problems.push(problem);
  // Some violations are on the console too. This names all of them, also those that are reported only.
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      reportError(new Error(`violates ${violatedDirective}: ${blockedURI} ${sample}`)),
    );
  });
  context.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => note(`uncaught: ${error.error().message}`));
  context.on('request', (request) => {
    const address = new URL(request.url());
    if (/^https?:|^wss?:/.test(address.protocol) && !origins.includes(address.origin))
      note(`requested ${request.url()}`);
  });
  return problems;
}

/**
 * Opens an address in a context of its own, which closes with the test. The test fails if a page of the context has a problem
 * that is not expected.
 */
export async function openPage(address: string, options: PageOptions = {}): Promise<Page> {
  const { scheme = 'light', width = 1200, height = 800, reducedMotion = false, now, expected = [] } = options;
  const browser = await openBrowser();
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  // A busy machine is slow, which is no fault.
  context.setDefaultTimeout(100_000);
  const problems = await watchContext(context, [new URL(address).origin, ...(options.origins ?? [])]);
  onTestFinished(async () => {
    await context.close();
    expect(problems.filter((problem) => !expected.some((each) => each.test(problem)))).toEqual([]);
  });
  if (now !== undefined) await context.clock.setFixedTime(now);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}
