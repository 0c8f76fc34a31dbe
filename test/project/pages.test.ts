import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { pagePath, pages, pagesMetafilePath } from '../../scripts/package/pages.js';
import { pathOf } from '../../scripts/root.js';

const { outputs }: Metafile = JSON.parse(readFileSync(pagesMetafilePath, 'utf8'));

/** The packages and files of this repository in the pages, without those of `ui/`. */
const bundled = [...new Set(Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)))].filter(
  (file) => !file.startsWith('ui/'),
);

describe.each(pages)('the page $name', (page) => {
  const html = readFileSync(pagePath(page), 'utf8');

  test('is one file with one script and one style, which loads nothing', () => {
    expect(html.match(/<script\b[^>]*>/g)).toEqual(['<script>']);
    expect(html.match(/<style\b[^>]*>/g)).toEqual(['<style>']);
    expect(html.match(/<(?:img|iframe|object|embed|base)\b/g)).toBeNull();
    expect(html.match(/<link\b[^>]*>/g)).toEqual(['<link rel="icon" href="data:,">']);
    expect(html).not.toMatch(/@import|url\((?!data:)/);
  });

  test('has at most 100 kB, and less than 60 kB compressed', () => {
    expect(html.length).toBeLessThan(page.name === 'inbox' ? 200_000 : 100_000);
    expect(gzipSync(html).length).toBeLessThan(60_000);
  });
});

describe.each(['message-preview', 'subscribers'] as const)('the view %s', (name) => {
  const html = readFileSync(pagePath({ name }), 'utf8');

  test('asks the network for nothing, keeps nothing and runs no text as code', () => {
    expect(html).not.toMatch(
      /\b(?:fetch|XMLHttpRequest|WebSocket|WebTransport|EventSource|RTCPeerConnection|sendBeacon|importScripts|Worker|localStorage|sessionStorage|indexedDB|cookie|eval|Function)\b/,
    );
  });

  test('asks its host for no call of a tool and no resource', () => {
    expect(html).toContain('ui/initialize');
    expect(html).not.toMatch(/tools\/call|resources\/read|sampling\//);
  });
});

test('no page writes markup: preact can, and is never asked to', () => {
  const folder = pathOf('ui');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  const writing = sources.filter((file) =>
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|parseFromString|createContextualFragment|srcdoc/i.test(
      readFileSync(join(folder, file), 'utf8'),
    ),
  );
  expect([sources.length > 20, writing]).toEqual([true, []]);
});

test('the pages hold preact and the rules of messages only', () => {
  expect(bundled.filter((file) => !/^(node_modules\/preact\/|tools\/(message|contract)\/)/.test(file))).toEqual([]);
});
