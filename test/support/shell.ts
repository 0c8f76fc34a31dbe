import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Shell } from '../../src/shell.js';

/** A shell whose words are kept, for commands run in this process. */
export interface TestShell extends Shell {
  readonly printed: string[];
  readonly noted: string[];
  readonly drawn: string[];
}

/** Creates a shell; what is given takes the place of its own. */
export function testShell(own: Partial<Shell> = {}): TestShell {
  const [printed, noted, drawn]: [string[], string[], string[]] = [[], [], []];
  return {
    environment: {},
    printed,
    noted,
    drawn,
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
    redraw: (line) => void drawn.push(line),
    input: async () => '',
    interactive: false,
    columns: 80,
    process: { pid: process.pid, host: 'test', runs: () => true },
    ending: new AbortController().signal,
    ...own,
  };
}

/** A folder for each test of the block this stands in; the function writes a file into it and answers its path. */
export function useFolder(): (name: string, text: string) => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
}
