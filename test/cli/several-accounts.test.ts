import { execFileSync, spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { agency, agencyEnvironment, connectAccounts } from '../support/accounts-server.js';
import { useFolder } from '../support/folder.js';
import { sandboxed } from '../support/sandboxed.js';
import { runHere } from '../support/shell.js';

const write = useFolder();

async function configured() {
  const { sandbox } = await sandboxed({ secondConnection: 'ACTIVE', limits: false });
  const path = write('accounts.json', JSON.stringify({ accounts: agency }));
  return { sandbox, path, environment: agencyEnvironment(sandbox, path) };
}

describe('tools, with several accounts', () => {
  test('are listed and described as a client sees them, and no key is read', async () => {
    const { environment } = await configured();
    const { MATON_KEY: _, ...withoutKey } = environment;
    const { client } = await connectAccounts(withoutKey);
    const listed = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]));
    const { tools } = JSON.parse((await runHere(['tools', '--json'], withoutKey)).out);
    expect(tools.map(({ name }: { name: string }) => name)).toEqual([...listed.keys()]);
    for (const { name, inputSchema } of tools) expect(inputSchema, name).toEqual(listed.get(name)?.inputSchema);
    const { out } = await runHere(['tools', 'add_tag_to_subscriber'], withoutKey);
    expect(out).toContain('  account (Sunrise Coffee | Wholesale | Agency, required)');
    expect(out).toMatch(/call manychat_add_tag_to_subscriber account=NAME /);
  });

  test('are those of the account that --account chooses', async () => {
    const { environment } = await configured();
    const { out } = await runHere(['tools', '--account', 'wholesale'], environment);
    expect(out).toContain('manychat_get_page');
    expect(out).not.toContain('manychat_list_connections');
    expect((await runHere(['tools', 'get_page', '--account', 'wholesale'], environment)).out).toContain('No arguments');
  });
});

describe('call, with several accounts', () => {
  const page = async (args: string[], environment: Record<string, string>) =>
    JSON.parse((await runHere(['call', 'get_page', '--json', ...args], environment)).out).page.name;

  test('takes the account as an argument, or with --account', async () => {
    const { environment } = await configured();
    expect(await page(['account=sunrise-coffee'], environment)).toBe('Sunrise Coffee');
    expect(await page(['{"account": "Wholesale"}'], environment)).toBe('Sunrise Wholesale');
    expect(await page(['--account', 'Wholesale', 'account=wholesale'], environment)).toBe('Sunrise Wholesale');
    expect(await page(['account:=["Wholesale"]'], environment)).toBe('Sunrise Wholesale');
    expect(await page(['--account', 'Wholesale', 'account:=null'], environment)).toBe('Sunrise Wholesale');
  });

  test('reads the accounts file once, because it may be a pipe', async () => {
    const { environment, path } = await configured();
    const pipe = `${path}.pipe`;
    execFileSync('mkfifo', [pipe]);
    // A second read would find nothing.
    const writer = spawn('sh', ['-c', 'cat "$0" > "$1"; : > "$1"', path, pipe]);
    onTestFinished(() => void writer.kill());
    expect(await page(['account=wholesale'], { ...environment, MANYCHAT_MCP_ACCOUNTS: pipe })).toBe(
      'Sunrise Wholesale',
    );
  });

  test('is refused without a certain account, and makes no request', async () => {
    const { environment, sandbox } = await configured();
    for (const [args, message] of [
      [[], /has 3 accounts: name one with --account\. There are "Sunrise Coffee", "Wholesale", "Agency"/],
      [['account='], /has 3 accounts: name one with --account/],
      [['account:={}'], /account must be the name of one account/],
      [['account:=["Wholesale","Agency"]'], /account must be the name of one account/],
      [['account=Wholesail'], /There is no account "Wholesail"; the closest is "Wholesale"/],
      [['--account', 'Wholesale', 'account=Agency'], /account="Agency" is not "Wholesale", which --account chooses/],
    ] as const)
      await expect(runHere(['call', 'get_page', ...args], environment)).rejects.toThrow(message);
    expect(sandbox.requests()).toEqual([]);
  });

  test('needs no account for what concerns none', async () => {
    const { environment, sandbox } = await configured();
    const data = '{"version": "v2", "content": {"messages": [{"type": "text", "text": "Hi"}]}}';
    for (const account of [[], ['account=Wholesale']])
      expect(await runHere(['call', 'check_content', `data:=${data}`, ...account], environment)).toMatchObject({
        code: 0,
      });
    expect(sandbox.requests()).toEqual([]);
  });
});

describe('completion', () => {
  const offered = async (line: string, environment: Record<string, string>) =>
    (await runHere(['__complete', '--', `manychat-mcp ${line}`], environment)).out
      .split('\n')
      .map((each) => each.split('\t')[0]);

  test('offers the names in the accounts file, without their blanks', async () => {
    const { environment, path } = await configured();
    expect(await offered('call get_page --account ', environment)).toEqual(['Sunrise-Coffee', 'Wholesale', 'Agency']);
    expect(await offered('--account Wholesale,Su', environment)).toEqual(['Wholesale,Sunrise-Coffee']);
    expect(await offered(`--accounts '${path}' call get_page acc`, {})).toEqual(['account=']);
    expect(await offered(`--accounts ${path} call get_page account=W`, {})).toEqual(['account=Wholesale']);
    expect(await offered('call check_content acc', environment)).toEqual(['']);
  });

  test('offers none without a file that can be read', async () => {
    expect(await offered('--account ', {})).toEqual(['']);
    const broken = write('broken.json', '{');
    expect(await offered('call get_page ac', { MANYCHAT_MCP_ACCOUNTS: broken })).toEqual(['']);
  });
});

test('doctor and accounts say what to change in the accounts file', async () => {
  const { sandbox } = await sandboxed({ secondConnection: 'ACTIVE', limits: false });
  const maton = { maton_key: { env: 'MATON_KEY' } };
  const accounts = {
    Any: maton,
    Lost: { ...maton, connection: 'Sunrise Cofee' },
    Missing: { ...maton, connection: '5b0c2a3e-7d41-4f86-9a1c-0e8d6b54c2f7' },
    Refused: { maton_key: { env: 'OTHER_KEY' } },
    Wrong: { manychat_key: { env: 'OTHER_KEY' } },
  };
  const path = write('accounts.json', JSON.stringify({ accounts }));
  const environment = { ...agencyEnvironment(sandbox, path), OTHER_KEY: '123456789:00000000000000000000' };
  const inFile = (name: string) => `"connection" of account "${name}" in the accounts file`;
  for (const [name, advice] of [
    ['Any', `To use one for every call, set ${inFile('Any')}, by its id or page name.`],
    ['Lost', `Set ${inFile('Lost')} to the id of one that is ACTIVE.`],
    ['Missing', `Set ${inFile('Missing')} to one that is ACTIVE, or remove it.`],
    ['Wrong', 'Copy the key again (ManyChat, Settings, API) to where the key of account "Wrong" is.'],
  ] as const) {
    const { out } = await runHere(['doctor', '--account', name], environment);
    expect(out).toContain(advice);
    expect(out).not.toMatch(/MATON_CONNECTION_ID|MANYCHAT_API_KEY/);
  }
  const refused = await runHere(['doctor', '--account', 'refused'], { ...environment, OTHER_KEY: 'no-such-maton-key' });
  expect(refused.out).toContain('to where the key of account "Refused" is; it may have been replaced.');
  const { out } = await runHere(['accounts', '--account', 'any'], environment);
  expect(out.replace(/\s+/g, ' ')).toContain(
    'The Maton key reaches several pages; this is that of its oldest connection.',
  );
  expect(out).not.toContain('connection_id');
});
