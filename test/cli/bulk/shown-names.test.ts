import { describe, expect, test } from 'vitest';
import { csv, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { usedText } from '../../support/named-things.js';
import { directlyTo } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 40, limits: false });
const write = useFolder();
const run = (path: string) => runBulk(directlyTo(sandbox), path, { addTag: 'Gold' });

async function createTag(name: string): Promise<number> {
  const response = await fetch(`${sandbox.url}/fb/page/createTag`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.manychatKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  return Object(await response.json()).data.tag.id;
}
const named = () =>
  sandbox.requests().flatMap(({ path, body }) => (path.endsWith('addTagByName') ? [Object(body).tag_name] : []));

describe('a tag that bulk is given as it is shown', () => {
  test('is found once for a run, which says how the name is read', async () => {
    const id = await createTag('Gold\u200e');
    const { code, counts, noted } = await run(write('contacts.csv', csv(40)));
    expect({ code, counts }).toMatchObject({ code: 0, counts: { done: 40 } });
    // The rows that begin together each find it; the others use it at once.
    expect(named().filter((name) => name === 'Gold').length).toBeLessThanOrEqual(20);
    expect(named().filter((name) => name === 'Gold\u200e')).toHaveLength(40);
    expect(noted.split(usedText('tag', id, 'Gold'))).toHaveLength(2);
  });

  test('keeps its meaning for a run: another one is not used once it is gone', async () => {
    await createTag('Gold');
    await createTag('Gold\u200e');
    const body = { status: 'error', message: 'Tag not found' };
    sandbox.injectFault({ match: { path: 'addTagByName' }, after: 20, times: 99, status: 400, body });
    const { counts, noted } = await run(write('contacts.csv', csv(40)));
    expect(counts).toMatchObject({ done: 20 });
    expect(new Set(named())).toEqual(new Set(['Gold']));
    expect(noted).not.toContain('is read as');
  });
});
