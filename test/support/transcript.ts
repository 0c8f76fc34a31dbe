import { startSandbox } from '../../src/sandbox/index.js';
import { connectProgram, through } from './program.js';

/** A tool's result with one contact per line. */
const onLines = (text: string): string =>
  text.replaceAll('},{', '},\n   {').replace(/"matches":\[/, '"matches":[\n   ');

/** The exchange between client and program when an agent tells Maria that her order has shipped. */
export async function transcript(): Promise<string> {
  const now = Date.UTC(2026, 5, 15, 10);
  const sandbox = await startSandbox({ clock: { now: () => now } });
  const { client } = await connectProgram(through(sandbox.url, sandbox.matonKey));
  const exchange = async (tool: string, args: Record<string, unknown>): Promise<string> => {
    const { content } = await client.callTool({ name: tool, arguments: args });
    const [first] = content;
    const text = first?.type === 'text' ? first.text : '';
    return `→ ${tool} ${JSON.stringify(args)}\n← ${onLines(text)}`;
  };
  const maria = { subscriber_id: '24958501110451908' };
  try {
    return [
      'Tell Maria Garcia that her order has shipped: https://example.com/track/1042. Her email is maria.garcia@example.com.',
      await exchange('manychat_find_subscribers', { queries: ['Maria Garcia'] }),
      await exchange('manychat_send_text', {
        ...maria,
        text: 'Hi Maria, your order has shipped!',
        buttons: [{ caption: 'Track it', url: 'https://example.com/track/1042' }],
      }),
      `Maria's Messenger: ${sandbox
        .messages(maria)
        .flatMap(({ messages }) => messages)
        .map((message) => JSON.stringify(message))
        .join('\n')}`,
    ].join('\n\n');
  } finally {
    await client.close();
    await sandbox.close();
  }
}
