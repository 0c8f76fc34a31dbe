import { idText } from '../../../tools/contract/quoted.js';
import type { Config } from '../../config/config.js';
import { callLine, idInCommand } from '../doctor/advice.js';
import type { Shell } from '../shell.js';

/** What a client is configured with to use a connection; the key is the user's to fill in. */
function clientConfiguration(id: string): object {
  const env = { MATON_API_KEY: 'YOUR_API_KEY', MATON_CONNECTION_ID: id };
  return { mcpServers: { manychat: { command: 'npx', args: ['-y', 'manychat-mcp'], env } } };
}

/** How an unfinished connection is gone on with; one of an embedded sandbox ends with it. */
export function goOn(id: string, { sandbox }: Config): string {
  if (sandbox) return 'It ended with the embedded sandbox.';
  return [
    'Its link still works, and nothing need be running here while the key is entered.',
    `  manychat-mcp connect ${idInCommand(id)}   shows the link again and goes on waiting`,
    'Once it is entered:',
    `  ${callLine('get_connection', id)}   shows its state, and the link while it is PENDING`,
    '  manychat-mcp doctor   checks everything',
    `  MATON_CONNECTION_ID=${idInCommand(id)}   in the client's configuration uses it`,
    `  ${callLine('delete_connection', id)}   deletes it, if it is not wanted`,
  ].join('\n');
}

/** The answer when the connection is ACTIVE: what to put where. */
export function printActive(
  id: string,
  others: readonly string[],
  pinned: string | undefined,
  asJson: boolean,
  shell: Shell,
) {
  const { print, note } = shell;
  const configuration = clientConfiguration(id);
  if (asJson) {
    const environment = { MATON_CONNECTION_ID: id };
    print(JSON.stringify({ connection: { connection_id: id, status: 'ACTIVE' }, environment, configuration }));
    return;
  }
  print(`${idText(id)} is ACTIVE.`);
  if (pinned !== undefined && pinned !== id) note(`MATON_CONNECTION_ID is set to ${idText(pinned)} now: replace it.`);
  note(
    others.length === 0
      ? 'It is the only one, so nothing need be set. To use it always, also when others are added:'
      : 'It is not the only one. To use it always:',
  );
  print('');
  print(`MATON_CONNECTION_ID=${idInCommand(id)}`);
  print('');
  note('which in the configuration of a client is:');
  print(JSON.stringify(configuration, undefined, 2));
}
