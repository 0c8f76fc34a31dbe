import { describe, expect, test } from 'vitest';
import { agency, agencyEnvironment, connectAccounts } from '../../support/accounts-server.js';
import { useFolder } from '../../support/folder.js';
import { sandboxed } from '../../support/sandboxed.js';

const write = useFolder();

async function guided(modern: boolean, accounts: object = agency) {
  const { sandbox } = await sandboxed({ secondConnection: 'ACTIVE', limits: false });
  const path = write('accounts.json', JSON.stringify({ accounts }));
  const { client } = await connectAccounts(agencyEnvironment(sandbox, path), modern);
  const textOf = async (uri: string) => {
    const [content] = (await client.readResource({ uri })).contents;
    return content !== undefined && 'text' in content ? content.text : '';
  };
  return { client, sandbox, textOf };
}

/** Addresses that do not say for certain which account is meant, and the failure. */
const uncertain: [string, string][] = [
  ['manychat://page', 'is required, because this server has 3 accounts'],
  ['manychat://page?account=', 'is required'],
  ['manychat://page?account=Museum', 'there is no account "Museum"'],
  ['manychat://page?account=Sunrise%20Cofee', 'the closest is "Sunrise Coffee"'],
  ['manychat://page?account=Agency&account=Wholesale', 'could be "Agency" or "Wholesale"'],
  ['manychat://page?account=%FF', 'there is no account'],
];

describe.each([{ modern: false }, { modern: true }])('resources of several accounts %j', ({ modern }) => {
  test('are listed for each account, and read from it', async () => {
    const { client, textOf } = await guided(modern);
    const { resources } = await client.listResources();
    expect(resources.filter(({ uri }) => uri.startsWith('manychat://page'))).toEqual([
      expect.objectContaining({ uri: 'manychat://page?account=Sunrise%20Coffee', title: 'Page of Sunrise Coffee' }),
      expect.objectContaining({ uri: 'manychat://page?account=Wholesale', title: 'Page of Wholesale' }),
      expect.objectContaining({ uri: 'manychat://page?account=Agency', title: 'Page of Agency' }),
    ]);
    expect(resources.map(({ uri }) => uri)).toEqual(expect.arrayContaining(['manychat://content-grammar']));
    for (const { uri } of resources) expect(await textOf(uri)).not.toBe('');
    for (const account of ['Sunrise%20Coffee', 'sunrise+coffee', 'sunrise_coffee', 'sunrise coffee'])
      expect(await textOf(`manychat://page?account=${account}`)).toContain('"Sunrise Coffee"');
    expect(await textOf('manychat://page?account=Wholesale')).toContain('Sunrise Wholesale');
  });

  test('are templates too, with the names of the accounts', async () => {
    const { client } = await guided(modern);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      ...['page', 'tags', 'fields', 'bot-fields', 'flows'].map((name) => `manychat://${name}{?account}`),
      'skill://{+path}',
    ]);
    const complete = (value: string) =>
      client.complete({
        ref: { type: 'ref/resource', uri: 'manychat://tags{?account}' },
        argument: { name: 'account', value },
      });
    expect((await complete('')).completion.values).toEqual(Object.keys(agency));
    expect((await complete('sunrise-c')).completion.values).toEqual(['Sunrise Coffee']);
  });

  test('are refused without a certain account, with the choices', async () => {
    const { client, sandbox } = await guided(modern);
    for (const [uri, message] of uncertain) {
      const read = client.readResource({ uri });
      await expect(read).rejects.toThrow(message);
      await expect(read).rejects.toThrow('there are "Sunrise Coffee", "Wholesale", "Agency"');
    }
    expect(sandbox.requests()).toEqual([]);
  });
});

test('a resource is read by the address that is listed, whatever signs a name has', async () => {
  const names = ["Zoë's (Café) & Bar", 'A+B', '50 Nord'];
  const { client, textOf } = await guided(false, Object.fromEntries(names.map((name) => [name, agency.Wholesale])));
  const pages = (await client.listResources()).resources.filter(({ uri }) => uri.startsWith('manychat://page'));
  expect(pages.map(({ title }) => title)).toEqual(names.map((name) => `Page of ${name}`));
  for (const { uri } of pages) expect(await textOf(uri)).toContain('Sunrise Wholesale');
});

test('resources of many accounts are templates only', async () => {
  const names = Array.from({ length: 9 }, (_, index) => `Client ${index}`);
  const { client, textOf } = await guided(
    false,
    Object.fromEntries(names.map((name) => [name, agency['Sunrise Coffee']])),
  );
  const { resources } = await client.listResources();
  expect(resources.map(({ uri }) => uri)).toEqual([
    'manychat://content-grammar',
    'manychat://error-kinds',
    'ui://manychat/subscribers',
    'ui://manychat/message-preview',
    'skill://manychat/SKILL.md',
  ]);
  expect(await textOf('manychat://page?account=Client%204')).toContain('Sunrise Coffee');
});

describe('prompts of several accounts', () => {
  const args = { who: 'Maria Garcia', what: 'Say hello' };

  test('take the account first, complete it, and name it for the tools', async () => {
    const { client } = await guided(false);
    const { prompts } = await client.listPrompts();
    for (const { arguments: [first] = [] } of prompts) expect(first).toMatchObject({ name: 'account', required: true });
    const ref = { type: 'ref/prompt' as const, name: 'help_contact' };
    const completed = await client.complete({ ref, argument: { name: 'account', value: 'sale' } });
    expect(completed.completion.values).toEqual(['Wholesale']);
    const { messages } = await client.getPrompt({ name: 'help_contact', arguments: { ...args, account: 'wholesale' } });
    const [message] = messages;
    const text = message?.content.type === 'text' ? message.content.text : '';
    expect(text).toContain('Contact: Maria Garcia');
    expect(text).toMatch(/All of this is in account "Wholesale": pass it as account with every call\.$/);
  });

  test('are refused without an account that exists, with the choices', async () => {
    const { client } = await guided(false);
    for (const [account, message] of [
      [{}, 'is required, because this server has 3 accounts'],
      [{ account: '' }, 'is required'],
      [{ account: 'Wholesail' }, 'there is no account "Wholesail"; the closest is "Wholesale"'],
    ] as const) {
      const refused = client.getPrompt({ name: 'help_contact', arguments: { ...args, ...account } });
      await expect(refused).rejects.toThrow(message);
      await expect(refused).rejects.toThrow('there are "Sunrise Coffee", "Wholesale", "Agency"');
    }
  });

  test('complete their other arguments from the account that was chosen, and from none before', async () => {
    const { client, sandbox } = await guided(false);
    const tags = async (chosen?: Record<string, string>) => {
      const { completion } = await client.complete({
        ref: { type: 'ref/prompt', name: 'tidy_tags' },
        argument: { name: 'tag', value: '' },
        ...(chosen !== undefined && { context: { arguments: chosen } }),
      });
      return completion.values;
    };
    expect(await tags()).toEqual([]);
    expect(await tags({ account: 'Nobody' })).toEqual([]);
    expect(sandbox.requests()).toEqual([]);
    expect(await tags({ account: 'wholesale' })).toEqual(['Reseller', 'Customer']);
    expect(await tags({ account: 'Sunrise Coffee' })).not.toContain('Reseller');
  });
});
