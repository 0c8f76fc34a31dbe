import { idText, quoted } from '../../../tools/contract/quoted.js';
import { pageNameForm } from '../../account/lookups/connections/names.js';
import { type Page, pageText } from '../../account/lookups/connections/pages/page.js';
import type { ConnectionRecord } from '../../account/lookups/connections/record.js';
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

/** How the accounts file names a connection. */
const accountLine = (id: string): string => `"connection": ${JSON.stringify(id)}`;

/** What to do with a connection that is still PENDING. `program` is the words that start this program. */
export function resumeAdvice(program: string, id: string, { sandbox, account }: Config): string {
  if (sandbox) return 'It ended with the embedded sandbox.';
  const use =
    account.name === undefined
      ? `MATON_CONNECTION_ID=${idInCommand(id)}   in the client's configuration uses it`
      : `${accountLine(id)}   in the accounts file uses it`;
  return [
    'Its link still works. Nothing needs to run here while the key is entered.',
    `  ${program} connect ${idInCommand(id)}   shows the link again and waits`,
    'After the key is entered:',
    `  ${callLine(program, 'get_connection', id)}   shows the status, and the link while PENDING`,
    `  ${program} doctor   checks everything`,
    `  ${use}`,
    'To delete it:',
    `  ${callLine(program, 'delete_connection', id)}`,
  ].join('\n');
}

/** An ACTIVE connection and the other ACTIVE connections of its Maton account. */
export interface ActiveSetup {
  readonly id: string;
  readonly page: Page | undefined;
  /** Why the page could not be read. */
  readonly problem: string | undefined;
  readonly others: readonly ConnectionRecord[];
  /** The connection that is configured now, by its id or the name of its page. */
  readonly pinned: string | undefined;
  /** The name of the account in the accounts file, if it has one. */
  readonly account: string | undefined;
}

/** Other connections to the same page. */
const twinsOf = ({ page, others }: ActiveSetup): ConnectionRecord[] =>
  others.filter((other) => other.page !== undefined && other.page.id !== '' && other.page.id === page?.id);

/** Whether the configured connection is this one. */
const isPinned = ({ id, page }: ActiveSetup, pinned: string): boolean =>
  pinned === id || (page !== undefined && pageNameForm(page.name) === pageNameForm(pinned));

/** Says what to write into the accounts file for a connection. */
function noteAccount(setup: ActiveSetup, account: string, { print, note }: Shell): void {
  const { id, pinned } = setup;
  if (pinned === undefined)
    note(`To use it for every call of account ${quoted(account)}, add to it in the accounts file:`);
  else if (isPinned(setup, pinned))
    note(`Account ${quoted(account)} uses it already. The id names it even if the page is renamed:`);
  else
    note(
      `Account ${quoted(account)} uses connection ${quoted(pinned)}. Give the new one a name of its own in the accounts file, with the same maton_key and:`,
    );
  print('');
  print(accountLine(id));
}

/** Prints which page is connected, and what to configure for its connection. */
export function printSetup(setup: ActiveSetup, asJson: boolean, shell: Shell): void {
  const { program, print, note } = shell;
  const { id, page, problem, others, pinned, account } = setup;
  const configuration = clientConfiguration(id);
  const twins = twinsOf(setup);
  const twinIds = twins.map((twin) => twin.id);
  if (asJson) {
    const use =
      account === undefined
        ? { environment: { MATON_CONNECTION_ID: id }, configuration }
        : { account: { name: account, connection: id } };
    const connection = {
      connection_id: id,
      status: 'ACTIVE',
      ...(page !== undefined && { page }),
      ...(twins.length > 0 && { same_page: twinIds }),
    };
    print(JSON.stringify({ connection, ...use }));
    return;
  }
  print(
    page === undefined
      ? `${idText(id)} is connected. Its page could not be read${problem === undefined ? '' : `: ${problem}`}`
      : `${pageText(page)} is connected: ${idText(id)}`,
  );
  if (twins.length > 0) {
    note(`This page was connected before, by ${twinIds.map(idText).join(', ')}. To delete the new connection:`);
    note(`  ${callLine(program, 'delete_connection', id)}`);
  }
  if (account !== undefined) {
    noteAccount(setup, account, shell);
    return;
  }
  if (pinned !== undefined && !isPinned(setup, pinned)) {
    note(`MATON_CONNECTION_ID is set to ${idText(pinned)} now: replace it.`);
  }
  note(
    others.length === 0
      ? 'It is the only connection, so you need not set anything. To keep using it after others are added:'
      : 'There are other connections. To use this one for every call:',
  );
  print('');
  print(`MATON_CONNECTION_ID=${idInCommand(id)}`);
  print('');
  note("In a client's configuration:");
  print(JSON.stringify(configuration, undefined, 2));
}
