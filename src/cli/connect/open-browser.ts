import { spawn } from 'node:child_process';
import { browsable } from '../../config/address.js';

/** What opens an address, by operating system; everything else is taken for a desktop that knows xdg-open. */
const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens a link in the browser without waiting for it. `failed` is told why it could not be opened, perhaps later: it is
 * never an error.
 */
export function openInBrowser(link: string, platform: string, failed: (why: string) => void): void {
  const address = browsable(link);
  if (address === undefined) {
    failed('it is no https address');
    return;
  }
  const [command, ...args] = openers[platform] ?? ['xdg-open'];
  // In a group of its own, so that Ctrl-C here does not close the browser.
  const opener = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
  opener.on('error', ({ message }) => failed(message));
  opener.on('exit', (code) => {
    if (code !== null && code !== 0) failed(`${command} ended with code ${code}`);
  });
  opener.unref();
}
