import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { exitCodes } from '../../../src/cli/shell/exit-codes.js';
import { giveEmail } from '../../support/known-people.js';
import { byEmail, journalOf, useMatching } from '../../support/matching.js';
import { followers, john } from '../../support/people.js';
import { reached } from '../../support/sandboxed.js';

const { sandbox, run, dry, emails, searches } = useMatching();

describe('a dry run', () => {
  test('looks up, and lists by line who is missing', async () => {
    const path = emails('john@example.com,A', 'nobody@example.com,B', 'x,C');
    const { code, noted, out } = await dry(path);
    expect(code).toBe(1);
    expect(noted).toContain('Dry run for "Sunrise Coffee" (page 123456789), emails from column "Email".');
    expect(noted).toContain('line 3 would fail: the email "nobody@example.com" belongs to no contact');
    expect(noted).toContain('line 4 would fail: Email: "x" must be one email address');
    expect(out).toContain(`line 2: "John Doe" (${john})\n    Hi A`);
    expect(out).toContain('Of 3 contacts: 1 to do, about 1 second; 2 would fail.\nNothing was done.');
    expect(sandbox.requests().every(({ method }) => method === 'GET')).toBe(true);
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('asks for nobody with --offline', async () => {
    const path = emails('john@example.com,A', 'x,B');
    const { noted, out } = await dry(path, { ...byEmail, offline: true });
    expect(sandbox.requests()).toEqual([]);
    expect(noted).toContain('line 3 would fail: Email: "x" must be one email address');
    expect(out).toContain('line 2: contact john@example.com\n    Hi A');
    expect(out).toContain('Of 2 contacts: 1 to do, about 1 second; 1 would fail.');
  });

  test('uses what the journal knows', async () => {
    const path = emails('john@example.com,A');
    await run(path);
    const before = searches();
    expect((await dry(path)).out).toContain('1 done already');
    expect(searches()).toBe(before);
  });
});

describe('at a terminal', () => {
  const asked = (answer: string, path: string, options: BulkOptions = byEmail) =>
    run(path, options, { ask: async () => answer });

  test('contacts are looked up before the question', async () => {
    const path = emails('john@example.com,A', 'nobody@example.com,B');
    const { noted, counts } = await asked('y', path);
    expect(noted).toContain('"Sunrise Coffee" (page 123456789), emails from column "Email".');
    expect(noted).toContain('line 3 would fail: the email "nobody@example.com" belongs to no contact');
    expect(counts).toMatchObject({ done: 1, failed: 1 });
  });

  test('a no forgets who was found: the contact may be corrected before the next run', async () => {
    const path = emails('john@example.com,A');
    expect((await asked('n', path)).code).toBe(exitCodes.again);
    expect(existsSync(`${path}.journal`)).toBe(false);
    const [one = ''] = followers(1);
    await giveEmail(sandbox, john, 'other@example.com');
    await giveEmail(sandbox, one, 'john@example.com');
    expect((await asked('y', path)).counts).toMatchObject({ done: 1 });
    expect(reached(sandbox)).toEqual([one]);
  });

  test('a no keeps who was found once something was done', async () => {
    const path = emails('john@example.com,A');
    await asked('y', path);
    const more = emails('john@example.com,A', 'maria.garcia@example.com,B');
    expect((await asked('n', more)).code).toBe(exitCodes.again);
    await giveEmail(sandbox, john, 'other@example.com');
    expect((await asked('y', more)).counts).toMatchObject({ done: 2, failed: 0 });
    expect(reached(sandbox)).toHaveLength(2);
  });

  test('another text goes on from the lookups of a job that was stopped before it did anything', async () => {
    const path = emails('john@example.com,A', 'nobody@example.com,B', 'maria.garcia@example.com,C');
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 2, status: 401, body });
    expect((await run(path)).code).toBe(exitCodes.failed);
    const other = { ...byEmail, sendText: 'Other' };
    const before = searches();
    const kept = journalOf(path).match(/"match":"email/g)?.length ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect((await dry(path, other)).out).toContain('2 to do');
    expect(searches() - before).toBe(3 - kept);
    expect((await run(path, other)).counts).toMatchObject({ done: 2, failed: 1 });
    expect(searches() - before).toBe(2 * (3 - kept));
    await expect(run(path)).rejects.toThrow('belongs to another job');
    expect(reached(sandbox)).toHaveLength(2);
  });
});
