import { startSandbox } from '../../src/sandbox/index.js';
import { connectProgram, through } from './program.js';

/** The text of a tool's answer, one contact a line where it lists several. */
const readable = (text: string): string =>
  text.replaceAll('},{', '},\n   {').replace(/"subscribers":\[/, '"subscribers":[\n   ');

/** How an agent tells Maria that her order has shipped, as it goes between a client and the program. */
export async function transcript(): Promise<string> {
  const now = Date.UTC(2026, 5, 15, 10);
  const sandbox = await startSandbox({ clock: { now: () => now } });
  const { client } = await connectProgram(through(sandbox.url, sandbox.matonKey));
  const exchange = async (tool: string, args: Record<string, unknown>): Promise<string> => {
    const { content } = await client.callTool({ name: tool, arguments: args });
    const [answer] = content;
    const text = answer?.type === 'text' ? answer.text : '';
    return `→ ${tool} ${JSON.stringify(args)}\n← ${readable(text)}`;
  };
  const maria = { subscriber_id: '24958501110451908' };
  try {
    return [
      'Tell Maria Garcia that her order has shipped: https://example.com/track/1042. Her email is maria.garcia@example.com.',
      await exchange('manychat_find_subscribers_by_name', { name: 'Maria Garcia' }),
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
