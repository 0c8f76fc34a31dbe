import { readFileSync } from 'node:fs';
import * as conventions from '@opentelemetry/semantic-conventions';
import type { Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { metafilePath, redisCommands } from '../../scripts/package/bundle.js';
import * as otelNames from '../../scripts/package/otel-names.js';
import { DefaultJsonSchemaValidator } from '../../scripts/package/sdk-parts.js';
import { pathOf } from '../../scripts/root.js';

/** The files whose code is in the built program. */
function bundledFiles(): string[] {
  const { outputs }: Metafile = JSON.parse(readFileSync(metafilePath, 'utf8'));
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
