import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { findChromium, noChromium } from '../../../scripts/chromium.js';
import { pathOf } from '../../../scripts/root.js';

/** Where Debian installs the fonts that the pages are drawn with. */
const fonts = ['liberation/LiberationSans-Regular.ttf', 'noto/NotoSans-Regular.ttf', 'noto/NotoColorEmoji.ttf'];

/** Starts Chromium. It reaches this machine only, and draws alike with whatever else is installed. */
export function launchBrowser(): Promise<Browser> {
  const program = findChromium();
  if (program === undefined) throw new Error(noChromium);
  if (fonts.some((font) => !existsSync(`/usr/share/fonts/truetype/${font}`)))
    throw new Error('apt-get install fonts-liberation fonts-noto-core fonts-noto-color-emoji');
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-lcd-text',
      '--font-render-hinting=none',
      '--force-color-profile=srgb',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
    env: { ...process.env, FONTCONFIG_FILE: pathOf('test/browser/support/fonts.conf') },
  });
}
