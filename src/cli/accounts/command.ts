import { Help } from 'commander';
import { asObject } from '../../../tools/contract/json.js';
import { idText, oneLine, quoted } from '../../../tools/contract/quoted.js';
import { getPage } from '../../../tools/endpoints/page.js';
import { openAccount } from '../../account/account.js';
import { type Host, type HostParts, openHost } from '../../account/host.js';
import { plainTool } from '../../account/policy/tool.js';
import type { AccountsFile, NamedAccount } from '../../config/accounts/accounts-file.js';
import { createSettingsReader, namedAccounts, noAccountsFile } from '../../config/accounts/choice.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import type { Colour, Line } from '../../text/terminal.js';
import { failureSentences } from '../commands/failure-text.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import { openSharedState } from '../shell/shared-state.js';
import type { Shell } from '../shell/shell.js';

/** What `accounts` shows of an account. */
interface Listed {
  readonly name: string;
  readonly through: 'maton' | 'manychat';
  readonly connection?: string | undefined;
  readonly status: 'ok' | 'warning' | 'failed' | 'not checked';
  readonly page?: { readonly id: string; readonly name: string };
  /** What is wrong, or what to know. */
  readonly problem?: string;
  readonly retryable?: boolean;
}

const listed = ({ name, mode, connection }: NamedAccount): Omit<Listed, 'status'> => ({
  name,
  through: mode === 'maton' ? 'maton' : 'manychat',
  ...(connection !== undefined && { connection }),
});

const severalPages =
  'The Maton key reaches several pages; this is that of its oldest connection. "connection" in the accounts file names one, by its page or its id; without it, each call that changes or sends has to.';

/** Reads the page of an account. */
async function check(
  account: NamedAccount,
  settings: AccountSettings,
  host: Host,
  signal: AbortSignal,
): Promise<Listed> {
  // It closes with the host: accounts of the same key wait for each other's reads.
  const outcome = await openAccount(host, settings).call(plainTool(getPage), {}, { signal });
  if (!outcome.ok) {
    const { kind, hint, retryable } = outcome.failure;
    const problem = `${kind}: ${failureSentences(outcome.failure)} ${hint}`;
    return { ...listed(account), status: 'failed', problem, retryable };
  }
  const { id, name } = asObject(outcome.result.page);
  const { warnings } = outcome.result;
  // The only warning of an account that names no connection is about several, in words for models.
  const isOpen = account.mode === 'maton' && settings.connection === undefined;
  const problem = isOpen ? severalPages : Array.isArray(warnings) ? warnings.join(' ') : '';
  return {
    ...listed(account),
    status: Array.isArray(warnings) ? 'warning' : 'ok',
    page: { id: String(id), name: String(name) },
    ...(Array.isArray(warnings) && { problem }),
  };
}

/** Accounts that reach the same page, which is a copy that was not changed in all places, or one page under two names. */
function withTwins(accounts: readonly Listed[]): Listed[] {
  return accounts.map((account) => {
    const twins = accounts.filter(({ name, page }) => name !== account.name && page?.id === account.page?.id);
    if (account.page === undefined || twins.length === 0) return account;
    const same = `The same page as ${twins.map(({ name }) => quoted(name)).join(', ')}.`;
    return { ...account, status: 'warning', problem: [same, account.problem ?? []].flat().join(' ') };
  });
}

const colours: Readonly<Record<Listed['status'], Colour>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  'not checked': 'dim',
};

const widestName = 30;

function linesOf(
  { name, through, connection, status, page, problem }: Listed,
  nameWidth: number,
  columns: number,
): Line[] {
  const way = through === 'maton' ? 'through Maton' : "with ManyChat's own key";
  const place = page === undefined ? undefined : `${quoted(page.name)} (page ${idText(page.id)})`;
  const wanted = connection === undefined ? undefined : `connection ${quoted(connection)}`;
  const found = [place ?? wanted ?? [], way].flat().join(', ');
  const indent = ' '.repeat(4);
  const problemLines =
    problem === undefined ? [] : new Help().boxWrap(oneLine(problem), columns - indent.length).split('\n');
  return [
    [`${name.padEnd(nameWidth)}  `, { colour: colours[status], text: status }, `  ${found}`],
    ...problemLines.map((line) => indent + line),
  ];
}

function totalText(file: AccountsFile, accounts: readonly Listed[]): string {
  const counts = (['ok', 'warning', 'failed'] as const).flatMap((status) => {
    const count = accounts.filter((account) => account.status === status).length;
    return count === 0 ? [] : `${count} ${status === 'warning' ? 'with a warning' : status}`;
  });
  const many = `${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'}`;
  return `${many} in ${file.path}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}.`;
}

/** Accounts that are checked at a time. More would wait for their turns until their deadlines. */
const maxConcurrent = 50;

async function checkAll(
  file: AccountsFile,
  config: Config,
  shell: Shell,
  parts: Partial<HostParts>,
): Promise<Listed[]> {
  const { interactive, redraw, ending } = shell;
  const settingsOf = await createSettingsReader(file, config, shell);
  const state = await openSharedState(config, shell, shell.note);
  const host = openHost(config.host, { ...state.parts, ...parts });
  let checked = 0;
  const show = (): void => {
    if (interactive) redraw(`checking ${checked} of ${file.accounts.length} …`);
  };
  show();
  try {
    const results: Listed[] = [];
    const queue = file.accounts.entries();
    const work = async (): Promise<void> => {
      for (const [index, account] of queue) {
        const settings = await settingsOf(account);
        if (settings.access.mode !== 'none') shell.hide([settings.access.key]);
        results[index] = await check(account, settings, host, ending);
        checked += 1;
        show();
      }
    };
    await Promise.all(Array.from({ length: maxConcurrent }, work));
    return withTwins(results);
  } finally {
    if (interactive) redraw('');
    await host.close();
    await state.close();
  }
}

function exitCodeAfter(accounts: readonly Listed[]): ExitCode {
  const failed = accounts.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return exitCodes.done;
  return failed.every(({ retryable }) => retryable === true) ? exitCodes.again : exitCodes.failed;
}

/** Lists the accounts of the accounts file with the pages that they reach. */
export async function showAccounts(
  config: Config,
  options: { readonly offline: boolean; readonly json: boolean },
  shell: Shell,
  parts: Partial<HostParts> = {},
): Promise<ExitCode> {
  const file = await namedAccounts(config, shell);
  if (file === undefined) throw new UsageError(noAccountsFile(config, shell));
  const accounts: readonly Listed[] = options.offline
    ? file.accounts.map((account) => ({ ...listed(account), status: 'not checked' }))
    : await checkAll(file, config, shell, parts);
  if (options.json) {
    shell.print(JSON.stringify({ path: file.path, accounts }, undefined, 2));
  } else {
    const nameWidth = Math.min(widestName, Math.max(...accounts.map(({ name }) => name.length)));
    for (const line of accounts.flatMap((account) => linesOf(account, nameWidth, shell.columns))) shell.print(line);
    shell.note(totalText(file, accounts));
  }
  if (shell.ending.aborted) {
    shell.note('Stopped before all accounts were checked.');
    return exitCodes.again;
  }
  return exitCodeAfter(accounts);
}
