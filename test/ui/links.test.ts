import { describe, expect, test } from 'vitest';
import { safeLink, stretchesOf } from '../../ui/message-view/links.js';

describe('an address', () => {
  test.each([
    ['https://example.com/shop?x=1#top', 'https://example.com/shop?x=1#top'],
    ['HTTP://Example.com', 'http://example.com/'],
    [' https://example.com/a%20b ', 'https://example.com/a%20b'],
    ['https://example.com:8443/', 'https://example.com:8443/'],
    ['https://[::1]/x', 'https://[::1]/x'],
    ['https://(a.com', 'https://(a.com/'],
    ['https://a)b+*$c.com/x', 'https://a)b+*$c.com/x'],
    ['tel:+1 (555) 555-01-00', 'tel:+15555550100'],
    ['TEL:*100#', 'tel:*100#'],
  ])('%s is a link to what it says', (address, href) => {
    const link = safeLink(address);
    expect(link).toMatchObject({ href });
    expect(link).not.toHaveProperty('opens');
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    '\u200bjavascript:alert(1)',
    'javascript://example.com/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://example.com/1',
    'file:///etc/passwd',
    'ftp://example.com/a',
    'mailto:a@example.com',
    'intent://x#Intent;end',
    '//example.com',
    '/shop',
    'example.com',
    'https:example.com',
    'https:\\\\example.com',
    'https://',
    'https://exa mple.com/',
    'https://example.com/\u202egnp.exe',
    'https://example.com/\r\nx',
    'tel:alert(1)',
    'tel:',
    '',
    undefined,
    null,
    7,
    { href: 'https://example.com' },
  ])('%j is no link, and says why', (address) => {
    const link = safeLink(address);
    expect(link).not.toHaveProperty('href');
    expect(link).toMatchObject({ refused: expect.stringMatching(/^(is|holds|[a-z]+: is)/) });
  });

  test.each([
    ['https://bank.example@evil.example/login', 'evil.example'],
    ['https://bank.example:443@evil.example:8443', 'evil.example:8443'],
    ['https://bank.example\\@evil.example/', 'bank.example'],
    ['https://аррӏе.com/', 'xn--80ak6aa92e.com'],
    ['https://example。com/', 'example.com'],
    ['http://0x7f.1/', '127.0.0.1'],
    ['https://%65xample.com/', 'example.com'],
  ])('%s shows the host that it opens where it suggests another one', (address, host) => {
    const link = safeLink(address);
    expect('opens' in link ? link.opens : undefined).toBe(host);
    expect(link).toHaveProperty('href');
  });

  test('is cut where it is shown, and complete where it leads', () => {
    const address = `https://example.com/${'a'.repeat(2_000)}`;
    expect(safeLink(address)).toEqual({ text: `${address.slice(0, 300)}…`, href: address });
  });
});

describe('the links of a text', () => {
  const linksOf = (text: string) =>
    stretchesOf(text).flatMap((stretch) => (stretch.kind === 'link' ? [stretch.link.href] : []));

  test.each([
    ['See https://example.com/a, or https://example.com/b.', ['https://example.com/a', 'https://example.com/b']],
    ['(https://example.com/a_(b)) and “https://example.com/c”', ['https://example.com/a_(b)', 'https://example.com/c']],
    ['看https://example.com/a。好', ['https://example.com/a']],
    ['Call tel:+15555550100!', ['tel:+15555550100']],
    ['javascript:alert(1) data:text/html,x vbscript:x ftp://x', []],
    ['https:// and http://[ and tel:+', []],
    ['https://example.com/<script>', ['https://example.com/']],
    ['https://example.com/{{id}}', ['https://example.com/']],
  ])('%s', (text, links) => {
    expect(linksOf(text)).toEqual(links);
    const all = stretchesOf(text).map((stretch) => stretch.text);
    expect(all.join('')).toBe(text);
  });

  test.each(['https://', '{{', 'tel:1', 'https://a.b/(', 'https://a.b/))', '{{a}} https://example.com/ '])(
    'are found in a long text of %j',
    (piece) => {
      const text = `https://a.b/${piece.repeat(100_000 / piece.length)}`;
      const all = stretchesOf(text).map((stretch) => stretch.text);
      expect(all.join('')).toBe(text);
    },
  );
});
