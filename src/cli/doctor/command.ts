import { oneLine } from '../../../tools/contract/quoted.js';
import { AccountNotNamed } from '../../config/accounts/choice.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import type { Colour, Line } from '../../text/terminal.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';
import { type Check, type Finding, failed, skipped } from './finding.js';
import { addressesOf, checkKey, checkKeyFiles, checkNode, checkProxy, checkSettings } from './local-checks.js';

const colours: Readonly<Record<Check['status'], Colour>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
};
const statusWidth = 9;

function linesOf({ name, status, found, items = [], advice }: Check): Line[] {
  const padding = ' '.repeat(statusWidth - status.length);
  const more = [...items.map(oneLine), ...(advice?.split('\n') ?? [])];
  const indent = ' '.repeat(statusWidth + 2);
  return [
    [{ colour: colours[status], text: status }, `${padding}${name}: ${oneLine(found)}`],
    ...more.map((line) => indent + line),
  ];
}

/** The checks that need neither network nor account, and the configuration if it is valid. */
async function checkLocally(readConfig: () => Promise<Config>, shell: Shell): Promise<[Finding[], Config?]> {
  const { environment, nodeVersion, program } = shell;
  const node = checkNode(nodeVersion);
  try {
    const config = await readConfig();
    const key = [checkKey(config, environment), (await checkKeyFiles(config, shell)) ?? []].flat();
    return [[node, checkSettings(config), ...key, checkProxy(config)], config];
  } catch (error) {
    if (error instanceof AccountNotNamed) {
      const advice = `This checks one of them: ${program} doctor --account NAME\nThis checks all of them: ${program} accounts`;
      return [[node, failed('account', error.message, advice)]];
    }
    if (!(error instanceof UsageError)) throw error;
    const found = error.message.replaceAll('\n', '; ');
    return [
      [node, failed('settings', found, 'Correct it where it is set: in the shell, or under "env" of the client.')],
    ];
  }
}

/** Makes all checks, one after another. Checks that an earlier failure makes pointless are skipped. */
async function* examine(readConfig: () => Promise<Config>, shell: Shell): AsyncGenerator<Finding> {
  const [local, configured] = await checkLocally(readConfig, shell);
  yield* local;
  const needKey = ['key accepted', ...(configured?.account.access.mode === 'direct' ? [] : ['connections']), 'page'];
  const addresses =
    configured === undefined ? ['gateway', 'control'] : addressesOf(configured.account).map(({ name }) => name);
  const skipRest = (reason: string): Finding[] =>
    ['shared limits', ...addresses, 'clock', ...needKey].map((name) => skipped(name, reason));
  if (configured === undefined) {
    const isInvalid = local.some(({ name }) => name === 'settings');
    return yield* skipRest(isInvalid ? 'the settings are invalid' : 'no account is named');
  }
  // On an old Node.js the modules below may not even load.
  if (local.some(({ name, status }) => name === 'node' && status === 'failed'))
    return yield* skipRest('Node.js is too old');

  const { checkState } = await import('./state-check.js');
  const shared = await checkState(configured, shell);
  yield shared;
  const { openOwnAccount } = await import('../library/open-account.js');
  const { nothingShared, openSharedState } = await import('../shell/shared-state.js');
  const { checkAddress, checkClock } = await import('./network-checks.js');
  const { checkAccount } = await import('./account-checks.js');
  // Without Redis every other check would fail too, and say nothing about what it checks.
  const state = shared.status === 'ok' ? await openSharedState(configured, shell, shell.note) : nothingShared;
  const opened = await openOwnAccount(configured, {}, state);
  const { config, host, account } = opened;
  try {
    const checked = [];
    // The clock of this machine is compared with that of a server, and the embedded sandbox has its own.
    const now = config.sandbox ? host.now : Date.now;
    for (const { name, url } of addressesOf(config.account)) {
      const check = await checkAddress(name, url, config, { http: host.http, now }, shell.ending);
      checked.push(check);
      yield check.finding;
    }
    yield checkClock(checked);
    const reachable = checked.flatMap(({ finding }) => (finding.status === 'ok' ? [finding.name] : []));
    const reason =
      config.account.access.mode === 'none'
        ? 'there is no key'
        : reachable.length === 0
          ? 'no address is reachable'
          : undefined;
    if (reason !== undefined) return yield* needKey.map((name) => skipped(name, reason));
    // A single address serves as both.
    const names = checked.length === 1 ? ['gateway', 'control'] : reachable;
    yield* checkAccount({ account, shell, reachable: new Set(names) });
  } finally {
    await opened.close();
  }
}

function exitCodeAfter(findings: readonly Finding[]): ExitCode {
  const failures = findings.filter(({ status }) => status === 'failed');
  if (failures.length === 0) return exitCodes.done;
  return failures.every(({ passing }) => passing === true) ? exitCodes.again : exitCodes.failed;
}

/** What `doctor` is asked for. */
export interface DoctorOptions {
  readonly json: boolean;
  /** Also what ManyChat's calls depend on. */
  readonly inbound: boolean;
}

/** All checks that are asked for. */
async function* examineAll(readConfig: () => Promise<Config>, inbound: boolean, shell: Shell): AsyncGenerator<Finding> {
  let reading: Promise<Config> | undefined;
  const once = (): Promise<Config> => {
    reading ??= readConfig();
    return reading;
  };
  yield* examine(once, shell);
  if (!inbound) return;
  const config = await once().catch((error: unknown): undefined => {
    if (!(error instanceof UsageError)) throw error;
  });
  if (config === undefined) return yield skipped('inbound', 'the settings are invalid, or no account is named');
  const { checkInbound } = await import('../commands/inbound/check.js');
  yield* checkInbound(config, shell);
}

/** Checks everything that calls depend on, and prints what to do about problems. Shows no key. */
export async function diagnose(
  readConfig: () => Promise<Config>,
  { json: asJson, inbound }: DoctorOptions,
  shell: Shell,
): Promise<ExitCode> {
  const { print, note, redraw, interactive, ending } = shell;
  const findings: Finding[] = [];
  const checks = examineAll(readConfig, inbound, shell);
  for (;;) {
    if (interactive) redraw('checking …');
    const next = await checks.next();
    if (interactive) redraw('');
    if (next.done === true) break;
    if (ending.aborted) {
      note('Stopped before all checks were made.');
      await checks.return(undefined);
      return exitCodes.failed;
    }
    findings.push(next.value);
    if (!asJson) for (const line of linesOf(next.value)) print(line);
  }
  if (asJson) {
    const results = findings.map(({ passing: _, ...check }): Check => check);
    print(JSON.stringify({ ok: results.every(({ status }) => status !== 'failed'), checks: results }, undefined, 2));
  }
  return exitCodeAfter(findings);
}
