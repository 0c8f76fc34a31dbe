import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/config/proxy.js';
import { configOf } from '../support/config.js';

const proxies = { http: 'http://plain.example:1', https: 'http://user:secret@secure.example:3128' };
const through = (link: string, none?: string) => proxyFor(new URL(link), { ...proxies, none });

describe('the proxy of an address', () => {
  test('has the setting that names it, and its host without user and password', () => {
    expect(through('https://gateway.maton.ai')).toEqual({ setting: 'HTTPS_PROXY', host: 'secure.example:3128' });
    expect(through('http://gateway.maton.ai')).toEqual({ setting: 'HTTP_PROXY', host: 'plain.example:1' });
  });

  test('is the one for http if there is none for https', () => {
    const proxy = proxyFor(new URL('https://gateway.maton.ai'), { http: proxies.http });
    expect(proxy).toEqual({ setting: 'HTTP_PROXY', host: 'plain.example:1' });
  });

  test.each([
    ['socks5://user:secret@127.0.0.1:1080', '127.0.0.1:1080', 'HTTPS_PROXY names a SOCKS proxy'],
    ['socks5h://127.0.0.1', '127.0.0.1', 'HTTPS_PROXY names a SOCKS proxy'],
    ['SOCKS://h:1', 'h:1', 'HTTPS_PROXY names a SOCKS proxy'],
    ['ftp://10.0.0.1', '10.0.0.1', 'HTTPS_PROXY is not the address of an HTTP proxy'],
    ['http://', '', 'HTTPS_PROXY is not the address of an HTTP proxy'],
    ['http://no address', '', 'HTTPS_PROXY is not the address of an HTTP proxy'],
  ])('%s is no proxy that can be used, which is said without its address', (https, host, problem) => {
    const used = proxyFor(new URL('https://gateway.maton.ai'), { https, http: proxies.http });
    expect(used).toEqual({ setting: 'HTTPS_PROXY', host, problem: expect.stringContaining(problem) });
    expect(used?.problem).not.toContain('secret');
    expect(configOf({ HTTPS_PROXY: https }).host.proxy.https).toBe(https);
    expect(proxyFor(new URL('https://gateway.maton.ai'), { https, none: '.maton.ai' })).toBeUndefined();
  });

  test.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1'])('is never used on loopback: %s', (link) => {
    expect(through(link)).toBeUndefined();
  });

  test.each([
    ['*', false],
    ['maton.ai', false],
    ['.maton.ai', false],
    ['*.maton.ai', false],
    ['other.example, GATEWAY.maton.ai', false],
    ['gateway.maton.ai:443', false],
    ['gateway.maton.ai:8443', true],
    ['aton.ai', true],
    ['', true],
  ])('with NO_PROXY=%j is used: %s', (none, isUsed) => {
    expect(through('https://gateway.maton.ai', none) !== undefined).toBe(isUsed);
  });
});
