import { readFileSync } from 'node:fs';
import * as conventions from '@opentelemetry/semantic-conventions';
import type { Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { metafilePath, redisCommands } from '../../scripts/package/bundle.js';
import * as otelNames from '../../scripts/package/otel-names.js';
import { DefaultJsonSchemaValidator } from '../../scripts/package/sdk-parts.js';
import { started } from '../../scripts/package/together.js';
import { pathOf } from '../../scripts/root.js';

const { outputs }: Metafile = JSON.parse(readFileSync(metafilePath, 'utf8'));

/** The files whose code is in the built program. */
function bundledFiles(): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  return [...new Set(files)];
}

describe('the bundle replaces', () => {
  test("the MCP SDK's private path `_shims`: a release that renames it has to be followed in bundle.ts", () => {
    const files = bundledFiles();
    expect(files).toContain('scripts/package/sdk-parts.ts');
    expect(files.filter((file) => /modelcontextprotocol\/server\/.*(shims|ajv|cfworker)|\/ajv/i.test(file))).toEqual(
      [],
    );
  });

  test.each(['asserts.cts', 'no-threads.ts', 'otel-names.ts'])('a module by scripts/package/%s', (file) => {
    expect(bundledFiles()).toContain(`scripts/package/${file}`);
  });

  test('the list of all commands of the Redis client by those that it uses itself', () => {
    const own = bundledFiles().filter((file) => file.includes('/@redis/client/'));
    expect(own.filter((file) => /cluster|sentinel/.test(file))).toEqual([]);
    const used = own
      .flatMap((file) => [...readFileSync(pathOf(file), 'utf8').matchAll(/\bcommands_1\.default\.(\w+)/g)])
      .map(([, name = '']) => name);
    expect(used).not.toEqual([]);
    expect([...redisCommands]).toEqual([...new Set(used)].toSorted());
  });

  test('the names of OpenTelemetry by those that are used', () => {
    const used = bundledFiles()
      .filter((file) => file.includes('/@opentelemetry/'))
      .flatMap((file) => [...readFileSync(pathOf(file), 'utf8').matchAll(/\bsemantic_conventions_1\.(\w+)/g)])
      .map(([, name = '']) => name);
    expect(Object.keys(otelNames).toSorted()).toEqual(expect.arrayContaining([...new Set(used)].toSorted()));
    expect(used).not.toEqual([]);
    expect(conventions).toMatchObject(otelNames);
  });
});

/** The files of the bundle that a file loads, itself included. What it loads later is not among them. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const { kind, path } of outputs[file]?.imports ?? []) if (kind === 'import-statement') loadedWith(path, loaded);
  return loaded;
}

describe('a start over stdio loads', () => {
  const files = new Set(
    started.flatMap((entry) => {
      const built = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === entry);
      if (built === undefined) throw new Error(`${entry} is not in the bundle`);
      return [...loadedWith(built)].filter((file) => file in outputs);
    }),
  );

  // Each file costs a start a quarter of a millisecond, whatever its size.
  test('few files', () => expect(files.size).toBeLessThanOrEqual(16));

  test('nothing that only HTTP needs, also of the MCP SDK', () => {
    const modules = [...files].flatMap((file) => Object.entries(outputs[file]?.inputs ?? {}));
    const used = modules.flatMap(([module, { bytesInOutput }]) => (bytesInOutput > 0 ? [module] : []));
    expect(used).toContain('src/mcp/stdio/stdio.ts');
    expect(used.filter((module) => /[/]http[/]|\?http$|opentelemetry|redis|jose|undici/.test(module))).toEqual([]);
    const code = [...files].map((file) => readFileSync(pathOf(file), 'utf8')).join('');
    expect(code).not.toMatch(/function createMcpHandler\b/);
    expect(bundledFiles()).toContain('node_modules/@modelcontextprotocol/server/dist/index.mjs?http');
  });
});

describe('the form validator in the place of the one of the MCP SDK', () => {
  const validate = new DefaultJsonSchemaValidator().getValidator({
    type: 'object',
    properties: {
      confirm: { type: 'boolean' },
      size: { type: 'string', enum: ['S', 'M'] },
      count: { type: 'integer' },
    },
    required: ['confirm'],
  });

  test.each([{ confirm: true }, { confirm: false, size: 'S', count: 2 }, { confirm: true, other: [] }])(
    'accepts %j',
    (answer) => {
      expect(validate(answer)).toEqual({ valid: true, data: answer, errorMessage: undefined });
    },
  );

  test.each([
    [undefined, 'must be an object'],
    [{}, 'confirm is required'],
    [{ confirm: 'yes' }, 'confirm must be of type boolean'],
    [{ confirm: true, size: 'L' }, 'size must be one of S, M'],
    [{ confirm: true, count: 1.5 }, 'count must be of type integer'],
  ])('rejects %j: %s', (answer, errorMessage) => {
    expect(validate(answer)).toEqual({ valid: false, data: undefined, errorMessage });
  });
});
