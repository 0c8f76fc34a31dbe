import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';

/** Imports that the arrows forbid, as the file and what it imports. */
const forbidden: readonly [file: string, imported: string][] = [
  ['src/main.ts', './account/account.js'],
  ['src/cli/commands/call/command.ts', '@modelcontextprotocol/server'],
  ['src/cli/sandboxed/command.ts', '../../sandbox/world/world.js'],
  ['src/mcp/listing/offer.ts', '../../upstream/retry.js'],
  ['src/mcp/server.ts', '../cli/shell/shell.js'],
  ['src/account/call/stages/guard-send.ts', '../../../../mcp/server.js'],
  ['src/account/call/pipeline.ts', 'undici'],
  ['src/account/account.ts', '../sandbox/index.js'],
  ['src/upstream/retry.ts', '../account/host.js'],
  ['src/upstream/pacing/limits.ts', '../../../tools/endpoints/tags.js'],
  ['src/upstream/response.ts', 'undici'],
  ['src/config/config.ts', '../../tools/values/inputs.js'],
  ['src/text/closest.ts', '../config/config.js'],
  ['src/sandbox/manychat/account.ts', '../../account/account.js'],
  ['src/sandbox/server.ts', '../../tools/index.js'],
  ['tools/contract/endpoint.ts', '../values/inputs.js'],
  ['tools/values/inputs.ts', '../message/content.js'],
  ['tools/message/content.ts', '../endpoints/tags.js'],
  ['tools/endpoints/tags.ts', '../workflows/sending/send-text.js'],
  ['tools/workflows/for-each/action.ts', '../../index.js'],
  ['tools/workflows/sending/send-text.ts', '../../../src/text/closest.js'],
  ['ui/inbox/main.tsx', '../../src/sandbox/index.js'],
  ['ui/message-view/message.tsx', '../../tools/values/inputs.js'],
  ['ui/message-view/message.tsx', 'zod'],
  ['src/sandbox/page/page.ts', '../../../ui/inbox/main.js'],
  ['src/mcp/server.ts', '../../ui/apps/host.js'],
  ['tools/endpoints/tags.ts', '../../ui/apps/host.js'],
  ['evals/runner/server.ts', '../../src/sandbox/world/world.js'],
  ['evals/main.ts', '../src/account/account.js'],
  ['evals/runner/report.ts', '../../src/text/redaction.js'],
  ['src/text/html-report/page.ts', '../redaction.js'],
];

/** Imports that the arrows allow. */
const allowed: readonly [file: string, imported: string][] = [
  ['src/cli/bulk/command.ts', '../../account/account.js'],
  ['src/cli/library/open-account.ts', '../sandbox/index.js'],
  ['src/mcp/stdio/stdio.ts', '@modelcontextprotocol/server/stdio'],
  ['src/account/lookups/names.ts', '../../../tools/endpoints/tags.js'],
  ['src/upstream/client/dispatchers.ts', 'undici'],
  ['src/config/settings.ts', 'zod'],
  ['tools/message/repair.ts', '../contract/json.js'],
  ['ui/inbox/conversation/turn.tsx', '../../message-view/message-view.js'],
  ['ui/message-view/message.tsx', '../../tools/message/channel-rules.js'],
  ['evals/runner/server.ts', '../../src/sandbox/index.js'],
  ['evals/runner/solve.ts', '../../tools/index.js'],
  ['evals/runner/report.ts', '../../src/text/html-report/page.js'],
  ['src/text/html-report/markup.ts', '../safe-text.js'],
];

/** Lines that only type-check where the import rules would not see the import. */
const inlineTypes = "export type C = import('./b.js').B;\n";

const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** Lints files that hold one import each with this repository's rules; the rules that each file breaks. */
function brokenRules(): (file: string) => string[] {
  const config = JSON.parse(readFileSync(pathOf('biome.json'), 'utf8'));
  write('biome.json', JSON.stringify({ ...config, vcs: { enabled: false } }));
  cpSync(pathOf('scripts/lint'), join(folder, 'scripts/lint'), { recursive: true });
  for (const [index, [file, imported]] of [...forbidden, ...allowed].entries()) {
    write(numbered(file, index), `import type { A } from '${imported}';\nexport type B = A;\n`);
  }
  write('tools/contract/inline.ts', inlineTypes);
  write('src/text/one.ts', "import type { Other } from './other.js';\nexport type One = Other | 1;\n");
  write('src/text/other.ts', "import type { One } from './one.js';\nexport type Other = One | 2;\n");
  const command = [
    pathOf('node_modules/@biomejs/biome/bin/biome'),
    'lint',
    '--reporter=json',
    '--max-diagnostics=none',
  ];
  const { stdout } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout);
  return (file) =>
    diagnostics
      .filter(({ location }: { location: { path: string } }) => location.path.endsWith(file))
      .map(({ category }: { category: string }) => category);
}

/** Each import is in a file of its own, which does not exist otherwise. */
const numbered = (file: string, index: number): string => file.replace(/(?=\.tsx?$)/, index === 0 ? '' : `-${index}`);

describe('the linter', () => {
  const rulesOf = brokenRules();

  test.each(forbidden.map((each, index) => [...each, index] as const))('rejects %s importing %s', (file, _, index) => {
    expect(rulesOf(numbered(file, index))).toContain('lint/style/noRestrictedImports');
  });

  test.each(allowed.map((each, index) => [...each, index + forbidden.length] as const))(
    'accepts %s importing %s',
    (file, _, index) => {
      expect(rulesOf(numbered(file, index))).toEqual([]);
    },
  );

  test('rejects an inline import() type, which the import rules cannot see', () => {
    expect(rulesOf('tools/contract/inline.ts')).toContain('plugin');
  });

  test('rejects a circle of type imports', () => {
    expect(rulesOf('src/text/one.ts')).toContain('lint/suspicious/noImportCycles');
  });
});
