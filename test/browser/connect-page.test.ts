import { expect, test } from 'vitest';
import { useSandbox } from '../support/sandboxed.js';
import { openPage } from './support/browser.js';
import { seriousFindings } from './support/findings.js';
import { comparePicture } from './support/pictures.js';

const sandbox = useSandbox({ limits: false });

/** The address of the page where the owner of the second connection enters a key. */
async function linkOfSecond(): Promise<string> {
  const response = await fetch(`${sandbox.url}/sandbox`);
  const { connections } = await response.json();
  return connections.at(1).url;
}

test.each(['light', 'dark'] as const)('the connection page has no serious finding (%s)', async (scheme) => {
  const page = await openPage(await linkOfSecond(), { scheme, width: 320, height: 640 });
  expect(await seriousFindings(page)).toEqual([]);
});

test('the connection page looks as recorded', async () => {
  await comparePicture(await openPage(await linkOfSecond(), { width: 640, height: 400 }), 'connect-page');
});

test('a key that is typed and sent by the keyboard makes the connection active', async () => {
  const page = await openPage(await linkOfSecond());
  await page.keyboard.press('Tab');
  await page.keyboard.type(sandbox.secondManychatKey);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Connected' }).waitFor();
  const { connections } = await (await fetch(`${sandbox.url}/sandbox`)).json();
  expect(connections.at(1).status).toBe('ACTIVE');
});
