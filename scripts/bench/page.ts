import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { compileBrowserProgram, isBrowserPackageInstalled } from '../browser-programs.js';
import { chromiumVersion, findChromium, noChromium } from '../chromium.js';
import { pagePath } from '../package/pages.js';
import { median, milliseconds, table, times } from './figures.js';
import { start } from './sides.js';

const rounds = 15;
const contacts = 5_000;

/** The size of the page of the sandbox as it is built. */
function size(): string {
  const html = readFileSync(pagePath({ name: 'inbox' }));
  return `${(html.length / 1_000).toFixed(1)} kB, ${(gzipSync(html).length / 1_000).toFixed(1)} kB compressed`;
}

/** When the page of a sandbox with many contacts is painted, relative to a blank page. */
async function paints(): Promise<string[]> {
  const chromium = findChromium();
  if (chromium === undefined) return [`not measured: ${noChromium}`];
  if (!isBrowserPackageInstalled()) return ['not measured: it needs a package that npm run browser installs'];
  const program = compileBrowserProgram('first-paint');
  const { message, child } = await start('page-server.js', [String(contacts)]);
  const printed = execFileSync(process.execPath, [program, String(message), String(rounds)], { encoding: 'utf8' });
  child.disconnect();
  const figures: readonly Readonly<Record<'blank' | 'page' | 'contacts', number>>[] = JSON.parse(printed);
  const of = (name: 'blank' | 'page' | 'contacts'): number => median(figures.map((each) => each[name]));
  const row = (title: string, value: number): string[] => [title, times(value / of('blank')), milliseconds(value)];
  return [
    `${chromiumVersion(chromium)}, ${contacts.toLocaleString('en-US')} contacts with two messages each, medians of ${rounds} rounds taking turns`,
    ...table([
      row('first paint of a blank page', of('blank')),
      row('first paint of the page', of('page')),
      row('first contact in the page', of('contacts')),
    ]),
  ];
}

/** The size of the sandbox's page, and how long it takes to appear. */
export async function page(): Promise<string[]> {
  return [`12. The page of the sandbox: ${size()}`, ...(await paints()).map((line) => `   ${line.trimStart()}`)];
}
