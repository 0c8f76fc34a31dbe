import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** What a file imports: a path from the root, or a package's name. */
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = /^(?:import|export)\b[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...text.matchAll(statements)].map(([, from, bare, dynamic]) => {
    const name = from ?? bare ?? dynamic ?? '';
    return name.startsWith('.') ? join(dirname(file), name).split(sep).join('/').replace(/\.js$/, '.ts') : name;
  });
}

const wrong = (files: string[], allowed: (imported: string, file: string) => boolean): string[] =>
  files.flatMap((file) =>
    imports(file)
      .filter((imported) => !allowed(imported, file))
      .map((imported) => `${file} -> ${imported}`),
  );

/** What each file exports, with the line above it and the line itself. */
const exported = (file: string): { name: string; above: string; line: string }[] => {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const name = /^export (?:async )?(?:const|function\*?|class|interface|type|let) (\w+)/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, above: lines[index - 1]?.trim() ?? '', line }];
  });
};

describe('what is exported', () => {
  const folders = ['tools', 'src', 'scripts'];

  test('is documented; a declaration by its description', () => {
    const silent = folders.flatMap(sources).flatMap((file) =>
      exported(file)
        .filter(({ above, line }) => !above.endsWith('*/') && !/ = (endpoint|workflow)\(/.test(line))
        .map(({ name }) => `${file}: ${name}`),
    );
    expect(silent).toEqual([]);
  });

  test('is used elsewhere; the bundler alone takes what stands in for parts of packages', () => {
    const all = [...folders, 'test'].flatMap(sources).filter((file) => file !== 'test/project/arrows.test.ts');
    const words = new Map(all.map((file) => [file, new Set(readFileSync(join(root, file), 'utf8').match(/\w+/g))]));
    const unused = folders.flatMap(sources).flatMap((file) =>
      exported(file)
        .filter(({ line }) => !/^export (interface|type) /.test(line))
        .filter(({ name }) => !all.some((other) => other !== file && words.get(other)?.has(name)))
        .map(({ name }) => `${file}: ${name}`),
    );
    expect(unused).toEqual([
      'scripts/package/no-threads.ts: isMainThread',
      'scripts/package/sdk-parts.ts: DefaultJsonSchemaValidator',
    ]);
  });
});

describe('who may import whom', () => {
  test('no file needs itself when it is loaded', () => {
    const needed = (file: string): string[] => {
      const text = readFileSync(join(root, file), 'utf8');
      const loads = /^(?:import|export) (?!type\b)[^'"]*?from\s+'(\.[^']+)'|^import\s+'(\.[^']+)'/gm;
      return [...text.matchAll(loads)].map(([, from, bare]) =>
        join(dirname(file), from ?? bare ?? '')
          .split(sep)
          .join('/')
          .replace(/\.js$/, '.ts'),
      );
    };
    const circles: string[] = [];
    const follow = (file: string, path: readonly string[], done: Set<string>): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (path.includes(file) || done.has(file)) return;
      for (const next of needed(file)) follow(next, [...path, file], done);
      done.add(file);
    };
    const done = new Set<string>();
    for (const file of ['tools', 'src'].flatMap(sources)) follow(file, [], done);
    expect(circles).toEqual([]);
  });

  test('tools/ knows zod and itself', () => {
    expect(sources('tools').length).toBeGreaterThan(5);
    expect(wrong(sources('tools'), (name) => name === 'zod' || name.startsWith('tools/'))).toEqual([]);
  });

  test('the sandbox knows nothing of the tools or the rest of src/', () => {
    expect(sources('src/sandbox').length).toBeGreaterThan(5);
    const allowed = (name: string) =>
      name.startsWith('node:') || name === 'lossless-json' || name.startsWith('src/sandbox/');
    expect(wrong(sources('src/sandbox'), allowed)).toEqual([]);
  });

  test('the server knows no HTTP and the gateway no MCP', () => {
    const reach = (file: string, seen = new Set<string>()): Set<string> => {
      for (const imported of imports(file)) {
        if (seen.has(imported)) continue;
        seen.add(imported);
        if (imported.endsWith('.ts')) reach(imported, seen);
      }
      return seen;
    };
    expect(
      [...reach('src/account/call/pipeline.ts')].filter(
        (name) => name.includes('modelcontextprotocol') || name === 'src/mcp/server.ts',
      ),
    ).toEqual([]);
    const typesOnly = /import type \{[^}]*\} from '.\/pipeline\.js'/.test(
      readFileSync(join(root, 'src/account/call/call-tool.ts'), 'utf8'),
    );
    expect(typesOnly).toBe(true);
    expect(imports('src/mcp/server.ts').filter((name) => /gateway|http|undici/.test(name))).toEqual([]);
  });

  test('only src/mcp imports the MCP SDK, and only main touches the process', () => {
    const all = sources('src');
    const importsSdk = (file: string) => imports(file).some((name) => name.startsWith('@modelcontextprotocol'));
    expect(all.filter((file) => importsSdk(file) && !file.startsWith('src/mcp/'))).toEqual([]);
    expect(all.filter(importsSdk)).toContain('src/mcp/server.ts');
    expect(all.filter((file) => /\bprocess\.\w/.test(readFileSync(join(root, file), 'utf8')))).toEqual(['src/main.ts']);
    expect(wrong(all, (name) => !/^(test|packaging|examples)\//.test(name))).toEqual([]);
  });
});
