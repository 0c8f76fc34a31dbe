import { spawn } from 'node:child_process';
import { browsable } from '../../config/address.js';

/** The command that opens an address, by operating system; xdg-open elsewhere. */
const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens a link in the browser and returns at once. A failure is not an error: `onFailure` is called with the reason,
 * possibly later.
 */
export function openInBrowser(link: string, platform: string, onFailure: (reason: string) => void): void {
  const address = browsable(link);
  if (address === undefined) {
    onFailure('it is not an https address');
    return;
  }
  const [command, ...args] = openers[platform] ?? ['xdg-open'];
  // In a process group of its own, so that Ctrl-C here does not close the browser.
  const opener = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
  opener.on('error', ({ message }) => onFailure(message));
  opener.on('exit', (code) => {
    if (code !== null && code !== 0) onFailure(`${command} ended with code ${code}`);
  });
  opener.unref();
}
