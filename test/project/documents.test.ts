import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';
import { offeredTools } from '../../src/account/policy/tool.js';
import { settingNames } from '../../src/config/settings.js';
import { kinds } from '../../tools/contract/failure.js';
import { declarations } from '../../tools/index.js';
import { configOf } from '../support/config.js';
import { documents, sectionNames, sectionsIn, withGenerated } from '../support/documents.js';

const read = (name: string): string => readFileSync(pathOf(name), 'utf8').replaceAll('\r\n', '\n');

/** A document's text without code, in which brackets are no links and # no headings. */
const prose = (name: string): string => read(name).replace(/^```[\s\S]*?^```$/gm, '');

/** The anchors that GitHub gives to the headings of a document. */
function anchorsIn(name: string): string[] {
  const headings = prose(name).matchAll(/^#+ (.+)$/gm);
  return Array.from(headings, ([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a document to files of the repository, with their anchors. */
function linksIn(name: string): { link: string; path: string; anchor: string }[] {
  const links = prose(name)
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[()]/g, ''))
    .matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(links, ([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = '', anchor = ''] = link.split('#');
      return { link, path: file === '' ? name : join(dirname(name), file), anchor };
    });
}

describe('the documents', () => {
  test.each(documents.map((name) => [name]))('%s is as it is generated (npm run update rewrites it)', async (name) => {
    expect(read(name)).toBe(await withGenerated(read(name)));
  });

  test('hold every generated section', () => {
    const used = documents.flatMap((name) => sectionsIn(read(name)));
    expect([...new Set(used)].toSorted()).toEqual(sectionNames.toSorted());
  });

  test.each(documents.map((name) => [name]))('%s links to files and headings that exist', (name) => {
    for (const { link, path, anchor } of linksIn(name)) {
      expect(existsSync(pathOf(path)), link).toBe(true);
      if (anchor !== '') expect(anchorsIn(path), link).toContain(anchor);
    }
  });

  test('can all be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const name of reached)
      for (const { path } of linksIn(name)) if (path.endsWith('.md')) reached.add(path.replaceAll('\\', '/'));
    expect([...reached].toSorted()).toEqual(documents.toSorted());
  });
});

test('the pictures of the README say what they show, and are small', () => {
  const pictures = Array.from(
    read('README.md').matchAll(/!\[([^\]]*)\]\((docs\/[^)]+)\)/g),
    ([, text = '', path = '']) => {
      const png = readFileSync(pathOf(path));
      return { isPng: png.subarray(1, 4).toString() === 'PNG', width: png.readUInt32BE(16), bytes: png.length, text };
    },
  );
  expect(pictures).toHaveLength(2);
  for (const { isPng, width, bytes, text } of pictures) {
    expect([isPng, width]).toEqual([true, 1200]);
    expect(bytes).toBeLessThanOrEqual(200_000);
    expect(text.length).toBeGreaterThan(80);
  }
});

test('AGENTS.md is one page', () => {
  expect(read('AGENTS.md').split('\n').length).toBeLessThanOrEqual(90);
});

test.each(['AGENTS.md', 'CONTRIBUTING.md', 'docs/architecture.md'])('the files that %s names exist', (name) => {
  const paths = Array.from(
    read(name).matchAll(/`((?:src|tools|test|scripts|docs)\/[\w./-]*)`/g),
    ([, path = '']) => path,
  );
  expect(paths.length).toBeGreaterThan(2);
  expect(paths.filter((path) => !existsSync(pathOf(path)))).toEqual([]);
});

describe('the README', () => {
  const readme = read('README.md');

  test('is short enough to be read', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(200);
  });

  test('names the commands that prove it', () => {
    expect(readme).toContain('\nnpm ci && npm run demo\n');
    expect(readme).toContain('\nnpm ci && npm test\n');
  });

  test('has ten things to ask, and no number of endpoints that can get out of date', () => {
    const [, asked = ''] = readme.split(/^## Ten things to ask$/m);
    expect(asked.split(/^## /m)[0]?.match(/^\d+\. /gm)).toHaveLength(10);
    expect(readme).not.toMatch(/\d+\s(endpoints|tools)/);
  });
});

test('every kind of failure is documented', () => {
  const text = read('docs/tools-and-failures.md');
  for (const kind of kinds) expect(text, kind).toContain(`\`${kind}\``);
});

test('every setting is documented', () => {
  const text = read('docs/settings.md');
  expect(settingNames.length).toBeGreaterThan(7);
  for (const setting of settingNames) expect(text).toContain(`\`${setting}\``);
});

describe('the document about clients', () => {
  const text = read('docs/clients.md');
  const tools = declarations.map(({ name }) => name);

  test('names the versions that npm run clients runs', () => {
    const { dependencies } = JSON.parse(read('test/clients/package.json'));
    const rows = text.split('\n').filter((line) => line.startsWith('| ✓'));
    const named = rows.filter((row) =>
      Object.entries(dependencies).some(
        ([name, version]) => row.includes(`\`${name}\``) && row.includes(`| ${version} |`),
      ),
    );
    expect(rows.length).toBeGreaterThan(8);
    // Gemini CLI is not installed: its rule is in the test.
    expect(rows.filter((row) => !named.includes(row))).toEqual([expect.stringContaining('Gemini CLI')]);
  });

  test('says how long the name of the server may be', () => {
    const longest = Math.max(...tools.map((name) => name.length));
    expect(text).toContain(`a tool here has ${longest}.`);
    expect(text.replaceAll('\n', ' ')).toContain(`that leaves ${64 - 'mcp____'.length - longest} characters`);
  });

  test('recommends the essentials, and shows a choice of fewer than 40 tools', () => {
    const [essentials, flags = ''] = Array.from(text.matchAll(/```sh\n(--toolsets .*)\n/g), ([, each = '']) => each);
    expect(essentials).toBe('--toolsets essentials');
    const { MANYCHAT_MCP_TOOLSETS, MANYCHAT_MCP_TOOLS } = Object.fromEntries(
      Array.from(flags.matchAll(/--(toolsets|tools) (\S+)/g), ([, flag = '', value]) => [
        `MANYCHAT_MCP_${flag.toUpperCase()}`,
        value,
      ]),
    );
    const { account } = configOf({ MATON_API_KEY: 'k', MANYCHAT_MCP_TOOLSETS, MANYCHAT_MCP_TOOLS });
    const offered = offeredTools(declarations, account).map(({ declaration }) => declaration.name);
    expect(offered).toEqual(expect.arrayContaining(['manychat_send_content', 'manychat_list_connections']));
    expect(offered.length).toBeLessThan(40);
  });
});
