/*
 * Takes the pictures of the README: the page of a sandbox after the job of the demo, and a contact who writes there and is
 * answered by an agent. The only argument is the folder where they are written.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { doDemoJob, maria } from '../../../scripts/demo-job.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { connectProgram, directlyTo } from '../../support/program.js';
import { startAnsweringAgent } from '../support/answering-agent.js';
import { launchBrowser } from '../support/launch.js';

const now = '2026-06-15T10:00:00Z';

/** Starts a sandbox whose clock stands still, and shows Maria and the requests in its page. */
async function openMaria(browser: Browser): Promise<{ sandbox: Sandbox; page: Page; close: () => Promise<void> }> {
  const sandbox = await startSandbox({ now });
  const context = await browser.newContext({
    viewport: { width: 1200, height: 720 },
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  await context.clock.setFixedTime(now);
  const page = await context.newPage();
  await page.goto(`${sandbox.url}/#contact=${maria}&tab=requests`);
  await page.getByRole('heading', { name: 'Conversation with Maria Garcia' }).waitFor();
  return {
    sandbox,
    page,
    async close() {
      await context.close();
      await sandbox.close();
    },
  };
}

/** A picture of the page without the text cursor, smaller than Chromium compresses it. */
async function pictureOf(page: Page): Promise<Buffer> {
  const picture = PNG.sync.read(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  return PNG.sync.write(picture, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: 0 });
}

/** The page when the demo has done its job. */
async function demoPicture(browser: Browser): Promise<Buffer> {
  const { sandbox, page, close } = await openMaria(browser);
  const { client } = await connectProgram(directlyTo(sandbox));
  const ignored = { print: () => undefined, beforeStep: async () => undefined };
  await doDemoJob({ client, sandboxUrl: sandbox.url, ...ignored });
  await page.getByRole('log').getByText('Your favourite roast: dark').waitFor();
  await page.getByRole('tabpanel').getByText('Tom').first().waitFor();
  const picture = await pictureOf(page);
  await client.close();
  await close();
  return picture;
}

/** What a contact writes, and what the agent answers. */
const answers: ReadonlyMap<string, string> = new Map([
  ['Hello, when do you ship?', 'Hi Maria! We ship every Monday and Thursday.'],
  ['And where is my order?', 'It left this morning: https://example.com/track/1042'],
]);

/** The page when a contact has written there, and an agent has answered. */
async function loopPicture(browser: Browser): Promise<Buffer> {
  const { sandbox, page, close } = await openMaria(browser);
  const agent = await startAnsweringAgent(sandbox, (text) => answers.get(text) ?? '');
  for (const [text, answer] of answers) {
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('log').getByText(answer).waitFor();
  }
  await page.getByRole('tabpanel').getByText('Maria Garcia').first().waitFor();
  const picture = await pictureOf(page);
  await agent.close();
  await close();
  return picture;
}

const [, , folder = '.'] = process.argv;
const browser = await launchBrowser();
writeFileSync(join(folder, 'demo.png'), await demoPicture(browser));
writeFileSync(join(folder, 'whole-loop.png'), await loopPicture(browser));
await browser.close();
