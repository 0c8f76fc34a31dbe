import { readFileSync } from 'node:fs';
import type { Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { metafilePath } from '../../../scripts/package/bundle.js';
import { started } from '../../../scripts/package/together.js';
import { offeredTools } from '../../../src/account/policy/tool.js';
import { viewAddresses, viewMeta } from '../../../src/mcp/apps/views.js';
import { inputSchema, outputSchema } from '../../../src/mcp/listing/json-schema.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { declarations } from '../../../tools/index.js';
import { configOf } from '../../support/config.js';
import { connectProgram } from '../../support/program.js';

const configurations: [string, Record<string, string>][] = [
  ['through Maton', { MATON_API_KEY: 'k' }],
  ['one connection pinned', { MATON_API_KEY: 'k', MATON_CONNECTION_ID: 'c1' }],
  ['without Maton', { MANYCHAT_API_KEY: '12345:0123456789abcdef' }],
  ['read-only', { MATON_API_KEY: 'k', MANYCHAT_MCP_READ_ONLY: '1' }],
  ['in a dry run', { MATON_API_KEY: 'k', MANYCHAT_MCP_DRY_RUN: '1' }],
];

describe('the catalogue computed by the build', () => {
  test.each(configurations)('lists what the declarations define, %s', async (_, environment) => {
    const expected = offeredTools(declarations, configOf(environment).account).map(
      ({ declaration, input, output }) => ({
        name: declaration.name,
        title: declaration.title,
        description: declaration.description,
        inputSchema: inputSchema(input),
        outputSchema: outputSchema(output),
        ...viewMeta(declaration.view),
      }),
    );
    const { client } = await connectProgram(environment);
    const { tools } = await client.listTools();
    const { resources } = await client.listResources();
    await client.close();
    expect(tools.map(({ annotations: _a, ...tool }) => tool)).toEqual(expected);
    const offer = offerFor(configOf(environment));
    const skill = offer.skill === undefined ? [] : ['skill://manychat/SKILL.md'];
    const listed = [...offer.resources.map(({ uri }) => uri), ...viewAddresses(offer), ...skill];
    expect(resources.map(({ uri }) => uri)).toEqual(listed);
  });
});

test('starting loads the catalogue and the SDK, but no declaration, page, request state, HTTP client, telemetry, sandbox or zod locale', () => {
  const { outputs }: Metafile = JSON.parse(readFileSync(metafilePath, 'utf8'));
  const outputOf = (file: string): string =>
    Object.keys(outputs).find((name) => outputs[name]?.entryPoint === file) ?? `no ${file}`;
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const { path, kind } of outputs[name]?.imports ?? []) if (kind === 'import-statement') load(path);
  };
  for (const file of started) load(outputOf(file));
  const files = [...loaded].flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}));
  expect(files).toContain('src/mcp/listing/catalogue.ts');
  expect(
    files.filter((file) =>
      /tools\/(index|endpoints\/tags|values\/outputs)\.ts|request-state|undici|read-page|opentelemetry|open-telemetry|otel-names|src\/sandbox|zod\/.*locales\/(?!en\.)|ajv/.test(
        file,
      ),
    ),
  ).toEqual([]);
});
