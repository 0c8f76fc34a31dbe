import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { version } from '../../src/config/version.js';
import { kinds } from '../../tools/contract/failure.js';
import { readmePath, withGenerated } from '../support/documents.js';

const readme = readFileSync(readmePath, 'utf8');
const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

describe('the README', () => {
  test('shows what the program does and has now (npm run update rewrites it)', async () => {
    expect(readme).toBe(await withGenerated(readme));
    expect(readme).toContain('manychat_send_flow');
  });

  test('names every kind of failure and every setting', () => {
    for (const kind of kinds) expect(readme, kind).toContain(`\`${kind}\``);
    const settings = file('src/config/config.ts').match(/^ {2}(MATON|MANYCHAT)\w+(?=:)/gm) ?? [];
    expect(settings.length).toBeGreaterThan(7);
    for (const setting of settings) expect(readme).toContain(`\`${setting.trim()}\``);
  });

  test('and its files agree on one version and one way to start', () => {
    const manifest = JSON.parse(file('package.json'));
    expect(manifest.version).toBe(version);
    const example = JSON.parse(file('mcp.json.example'));
    expect(example.mcpServers.manychat).toMatchObject({
      command: 'npx',
      args: ['-y', 'manychat-mcp'],
      env: { MATON_API_KEY: expect.any(String) },
    });
  });
});
