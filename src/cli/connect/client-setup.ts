import { idText } from '../../../tools/contract/quoted.js';
import type { Config } from '../../config/config.js';
import { callLine, idInCommand } from '../commands/call-line.js';
import type { Shell } from '../shell/shell.js';

/** The configuration of a client that uses a connection; the user fills in the key and the path. */
function clientConfiguration(id: string): object {
  const env = { MATON_API_KEY: 'YOUR_API_KEY', MATON_CONNECTION_ID: id };
  // As in mcp.json.example; a test compares the two.
  const args = ['/path/to/manychat-mcp/dist/manychat-mcp.js'];
  return { mcpServers: { manychat: { command: 'node', args, env } } };
}

/** What to do with a connection that is still PENDING. `program` is the words that start this program. */
export function resumeAdvice(program: string, id: string, { sandbox }: Config): string {
  if (sandbox) return 'It ended with the embedded sandbox.';
  return [
    'Its link still works. Nothing needs to run here while the key is entered.',
    `  ${program} connect ${idInCommand(id)}   shows the link again and waits`,
    'After the key is entered:',
    `  ${callLine(program, 'get_connection', id)}   shows the status, and the link while PENDING`,
    `  ${program} doctor   checks everything`,
    `  MATON_CONNECTION_ID=${idInCommand(id)}   in the client's configuration uses it`,
    'To delete it:',
    `  ${callLine(program, 'delete_connection', id)}`,
  ].join('\n');
}

/** An ACTIVE connection and the other connections of its Maton account. */
export interface ActiveSetup {
  readonly id: string;
  readonly otherIds: readonly string[];
  /** The connection that is configured now. */
  readonly pinnedId: string | undefined;
}

/** Prints what to configure for a connection that is ACTIVE. */
export function printSetup({ id, otherIds, pinnedId }: ActiveSetup, asJson: boolean, { print, note }: Shell): void {
  const configuration = clientConfiguration(id);
  if (asJson) {
    const environment = { MATON_CONNECTION_ID: id };
    print(JSON.stringify({ connection: { connection_id: id, status: 'ACTIVE' }, environment, configuration }));
    return;
  }
  print(`${idText(id)} is ACTIVE.`);
  if (pinnedId !== undefined && pinnedId !== id) {
    note(`MATON_CONNECTION_ID is set to ${idText(pinnedId)} now: replace it.`);
  }
  note(
    otherIds.length === 0
      ? 'It is the only connection, so you need not set anything. To keep using it after others are added:'
      : 'There are other connections. To use this one for every call:',
  );
  print('');
  print(`MATON_CONNECTION_ID=${idInCommand(id)}`);
  print('');
  note("In a client's configuration:");
  print(JSON.stringify(configuration, undefined, 2));
}
