import { expect, test } from 'vitest';
import { UsageError } from '../../src/config/usage-error.js';
import { answeringServer } from '../support/answering-server.js';
import { useSandbox } from '../support/sandboxed.js';
import { runHere } from '../support/shell.js';

const sandbox = useSandbox({ limits: false });
const maria = '24958501110451908';

test('a contact writes and clicks at the shell, which shows what it was answered', async () => {
  const buttons = [{ type: 'flow', caption: 'First', target: 'content123' }];
  const server = await answeringServer(({ text }) => {
    const { text: said } = JSON.parse(text);
    return { body: { version: 'v2', content: { messages: [{ type: 'text', text: `Re: ${said}`, buttons }] } } };
  });
  sandbox.contactWrites(maria, { text: 'Earlier' });
  sandbox.addHooks({ name: 'Block', kind: 'block', url: server.url, body: { text: '{{Last Text Input}}' } });
  const at = ['--at', sandbox.url];
  expect((await runHere(['sandbox', 'writes', maria, 'Do you ship?', ...at], {})).out).toBe(
    '> Do you ship?\n< Re: Do you ship?',
  );
  const gateway = { MATON_GATEWAY_URL: sandbox.url };
  expect((await runHere(['sandbox', 'clicks', maria, 'First'], gateway)).out).toBe('> [First]\n< You chose option 1.');
  const image = 'https://example.com/a.png';
  const pictured = await runHere(
    ['sandbox', 'writes', '1523908746', '--image', image, '--channel', 'whatsapp', ...at],
    {},
  );
  expect(pictured).toMatchObject({
    out: `> ${image}`,
    err: expect.stringMatching(/call 2 took the fallback branch: .*whatsapp/),
  });
});

test.each<[string, string[], RegExp]>([
  ['no address', ['writes', maria, 'Hi'], /--at http:\/\/127\.0\.0\.1:PORT/],
  ['an address elsewhere', ['writes', maria, 'Hi', '--at', 'http://example.com'], /on this machine/],
  ['nobody there', ['writes', maria, 'Hi', '--at', 'http://127.0.0.1:1'], /no sandbox answers at/],
  ['a contact that there is not', ['writes', '5', 'Hi', '--at', 'SANDBOX'], /refused it: There is no contact "5"/],
  ['nothing to write', ['writes', maria, '--at', 'SANDBOX'], /refused it: writes\.text is required/],
  ['a caption that was not sent', ['clicks', maria, 'No', '--at', 'SANDBOX'], /It was sent no buttons/],
])('refuses %s', async (_, args, words) => {
  const given = args.map((arg) => (arg === 'SANDBOX' ? sandbox.url : arg));
  const error: unknown = await runHere(['sandbox', ...given], {}).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toMatch(words);
});
