import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';
import mutationTests from '../../scripts/vitest.mutation.config.js';

const entriesOf = (folder: string) => readdirSync(pathOf(folder), { withFileTypes: true });

/** The TypeScript files of a folder, by their paths from the root. */
const sources = (folder: string): string[] =>
  readdirSync(pathOf(folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(?:c?ts|tsx)$/.test(entry.name))
    .map((entry) => relative(pathOf('.'), join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !file.includes('/node_modules/'));

/** A folder and all folders in it. */
const folders = (folder: string): string[] => [
  folder,
  ...entriesOf(folder)
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .flatMap(({ name }) => folders(`${folder}/${name}`)),
];

const lines = (file: string): string[] => readFileSync(pathOf(file), 'utf8').split('\n');

const program = ['src', 'tools'];
const all = ['src', 'tools', 'ui', 'scripts', 'examples', 'test', 'evals'];

describe('the layout', () => {
  test('src/ has main.ts and folders, nothing else', () => {
    const files = entriesOf('src').filter((entry) => !entry.isDirectory());
    expect(files.map(({ name }) => name)).toEqual(['main.ts']);
  });

  test('no folder of the program has more than ten entries', () => {
    const crowded = program
      .flatMap(folders)
      .filter((folder) => !folder.startsWith('src/sandbox'))
      .map((folder) => [folder, entriesOf(folder).length] as const)
      .filter(([, count]) => count > 10);
    expect(crowded).toEqual([]);
  });

  test('no file has more than 320 lines', () => {
    const long = all.flatMap(sources).filter((file) => lines(file).length > 321);
    expect(long).toEqual([]);
  });

  test('no file or folder is called utils, helpers, types or common', () => {
    const names = all.flatMap((folder) => [...sources(folder), ...folders(folder)]);
    expect(names.filter((name) => /\/(utils?|helpers?|types|common)(\.tsx?)?$/.test(name))).toEqual([]);
  });
});

describe('the mutation tests', () => {
  test('name files that exist', () => {
    const { mutate } = JSON.parse(readFileSync(pathOf('stryker.config.json'), 'utf8'));
    const tests = mutationTests.test?.include ?? [];
    expect([mutate.length > 0, tests.length > 0]).toEqual([true, true]);
    expect([...mutate, ...tests].filter((file) => !existsSync(pathOf(file)))).toEqual([]);
  });
});

describe('the sources', () => {
  test('import zod as a namespace, of which the bundle leaves out what is unused', () => {
    const named = all
      .flatMap(sources)
      .filter((file) => lines(file).some((line) => /^import .*\{.*\} from 'zod'/.test(line)));
    expect(named).toEqual([]);
  });

  test.each(['tools/contract', 'src/account', 'src/upstream'])(
    '%s documents its functions and interfaces',
    (folder) => {
      const undocumented = sources(folder).flatMap((file) => {
        const text = lines(file);
        return text.flatMap((line, index) => {
          const name = /^export (?:async )?(?:function\*?|interface|class) (\w+)/.exec(line)?.[1];
          return name === undefined || text[index - 1]?.trim().endsWith('*/') ? [] : [`${file}: ${name}`];
        });
      });
      expect(undocumented).toEqual([]);
    },
  );
});
