import type { Shell } from '../shell/shell.js';

const grouped = (count: number): string => count.toLocaleString('en-US');

/** Shows how many cells have been looked up. */
export interface LookupProgress {
  onProgress(done: number, total: number): void;
  close(): void;
}

/** Shows the progress of lookups: a line that is redrawn on a terminal, a line at the beginning and the end elsewhere. */
export function showLookups({ interactive, redraw, note, columns }: Shell): LookupProgress {
  return {
    onProgress(done, total) {
      const line = `looking up ${grouped(done)} of ${grouped(total)} …`;
      if (interactive) {
        redraw(line.slice(0, columns - 1));
        return;
      }
      if (done === 0 || done === total) note(line);
    },
    close() {
      if (interactive) redraw('');
    },
  };
}
