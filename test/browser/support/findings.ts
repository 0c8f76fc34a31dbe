import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

/** The serious and critical findings of axe in one frame, each with the elements that it is about. */
async function findingsIn(frame: Frame): Promise<string[]> {
  // Evaluated by the debugger, which no Content Security Policy of the page forbids.
  await frame.evaluate(axe.source);
  return frame.evaluate(async () => {
    const { violations } = await window.axe.run(document, { iframes: false, resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => {
        const elements = nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`);
        return `${id} (${help}): ${elements.join('; ')}`;
      });
  });
}

/** The serious and critical findings of axe in a page and its frames. There must be none. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const findings = await Promise.all(page.frames().map(findingsIn));
  return findings.flat();
}
