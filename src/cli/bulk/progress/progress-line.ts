import type { Shell } from '../../shell/shell.js';
import { type Counts, createProgressText } from './progress-text.js';

const redrawMs = 200;

/** How far a bulk has come, as it is shown. */
export interface ShownProgress {
  onProgress(): void;
  /** Says something else. */
  say(line: string): void;
  close(): void;
}

/** Shows the counts as they change: often on a terminal, seldom elsewhere. */
export function showProgress(counts: Counts, shell: Shell): ShownProgress {
  const text = createProgressText(() => performance.now(), counts.total - counts.not_reached);
  if (!shell.interactive) {
    const onProgress = (): void => {
      const line = text.line(counts);
      if (line !== undefined) shell.note(line);
    };
    return { onProgress, say: shell.note, close: () => undefined };
  }
  const draw = (): void => shell.redraw(text.bar(counts).slice(0, shell.columns - 1));
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
