import type { Shell } from '../../shell/shell.js';
import type { Counts } from './counts.js';
import { createProgressText } from './progress-text.js';

const redrawMs = 200;

/** Progress on stderr. */
export interface ProgressLine {
  onProgress(): void;
  /** Writes a line beside the progress. */
  say(line: string): void;
  close(): void;
}

/** Shows counts as they change: a bar on a terminal, a line at each tenth elsewhere. */
export function showProgress(currentCounts: () => Counts, shell: Shell): ProgressLine {
  const { total, not_reached: open } = currentCounts();
  const text = createProgressText(() => performance.now(), total - open);
  if (!shell.interactive) {
    const onProgress = (): void => {
      const line = text.line(currentCounts());
      if (line !== undefined) shell.note(line);
    };
    return { onProgress, say: shell.note, close: () => undefined };
  }
  const draw = (): void => shell.redraw(text.bar(currentCounts()).slice(0, shell.columns - 1));
  const timer = setInterval(draw, redrawMs);
  draw();
  return {
    onProgress: () => undefined,
    say(line) {
      shell.redraw('');
      shell.note(line);
      draw();
    },
    close() {
      clearInterval(timer);
      draw();
      shell.note('');
    },
  };
}
