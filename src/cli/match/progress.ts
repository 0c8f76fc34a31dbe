import type { Shell } from '../shell/shell.js';

const grouped = (count: number): string => count.toLocaleString('en-US');

/** Shows how many cells have been looked up. */
export interface LookupProgress {
  onProgress(done: number, total: number): void;
  close(): void;
}

/** Shows the progress of lookups: a line that is redrawn on a terminal, a line at each tenth elsewhere. */
export function showLookups({ interactive, redraw, note, columns }: Shell): LookupProgress {
  let lastTenth = -1;
  return {
    onProgress(done, total) {
      const line = `looking up ${grouped(done)} of ${grouped(total)} …`;
      if (interactive) {
        redraw(line.slice(0, columns - 1));
        return;
      }
      const tenth = Math.floor((done / total) * 10);
      if (tenth > lastTenth) note(line);
      lastTenth = tenth;
    },
    close() {
      if (interactive) redraw('');
    },
  };
}
