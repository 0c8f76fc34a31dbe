import { oneLine } from '../../../tools/contract/quoted.js';
import { type Config, ConfigError } from '../../config/config.js';
import type { Colour, Line } from '../../text/terminal.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';
import { type Check, type Finding, failed, skipped } from './finding.js';
import { addressesOf, checkKey, checkNode, checkProxy, checkSettings } from './local-checks.js';

const colours: Readonly<Record<Check['status'], Colour>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
};
const markWidth = 9;

function lines({ name, status, found, advice }: Check): Line[] {
  const padding = ' '.repeat(markWidth - status.length);
  const todo = advice?.split('\n').map((line) => ' '.repeat(markWidth + 2) + line) ?? [];
  return [[{ colour: colours[status], text: status }, `${padding}${name}: ${oneLine(found)}`], ...todo];
}

/** The checks that need neither network nor account; the configuration where it could be read. */
function checkHere(configured: () => Config, { environment, nodeVersion }: Shell): [Finding[], Config?] {
  const node = checkNode(nodeVersion);
  try {
    const config = configured();
    return [[node, checkSettings(config), checkKey(config, environment), checkProxy(config)], config];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const wrong = error.message.replaceAll('\n', '; ');
    return [[node, failed('settings', wrong, 'Correct it where it is set: the shell, or the client under "env".')]];
  }
}

/** Makes all checks, one after another, those left out that make no sense after an earlier failure. */
async function* examine(configured: () => Config, shell: Shell): AsyncGenerator<Finding> {
  const [here, settings] = checkHere(configured, shell);
  yield* here;
  const withKey = ['key accepted', ...(settings?.account.access.mode === 'direct' ? [] : ['connections']), 'page'];
  const addresses =
    settings === undefined ? ['gateway', 'control'] : addressesOf(settings.account).map(({ name }) => name);
  const rest = (why: string): Finding[] => [...addresses, 'clock', ...withKey].map((name) => skipped(name, why));
  if (settings === undefined) return yield* rest('the settings are wrong');
  // What follows may not even load there.
  if (here.some(({ name, status }) => name === 'node' && status === 'failed')) return yield* rest('Node.js is too old');

  const { openOwnAccount } = await import('../open-account.js');
  const { checkClock, checkReach } = await import('./network-checks.js');
  const { checkAccount } = await import('./account-checks.js');
  const opened = await openOwnAccount(settings);
  const { config, host, account } = opened;
  try {
    const knocks = [];
    for (const { name, url } of addressesOf(config.account)) {
      const knock = await checkReach(name, url, config, host.http, shell.ending);
      knocks.push(knock);
      yield knock.finding;
    }
    yield checkClock(knocks);
    const answering = knocks.flatMap(({ finding }) => (finding.status === 'ok' ? [finding.name] : []));
    const why =
      config.account.access.mode === 'none'
        ? 'there is no key'
        : answering.length === 0
          ? 'no address is reached'
          : undefined;
    if (why !== undefined) return yield* withKey.map((name) => skipped(name, why));
    // One address may serve as both.
    const both = knocks.length === 1 ? ['gateway', 'control'] : answering;
    yield* checkAccount({ host, account, ending: shell.ending, reached: new Set(both) });
  } finally {
    await opened.close();
  }
}

function exitCodeAfter(findings: readonly Finding[]): ExitCode {
  const failures = findings.filter(({ status }) => status === 'failed');
  if (failures.length === 0) return exitCodes.done;
  return failures.every(({ passing }) => passing === true) ? exitCodes.again : exitCodes.failed;
}

/** Checks everything that calls depend on and says what to do about what is wrong; shows no key. */
export async function diagnose(configured: () => Config, asJson: boolean, shell: Shell): Promise<ExitCode> {
  const { print, note, redraw, interactive, ending } = shell;
  const findings: Finding[] = [];
  const checks = examine(configured, shell);
  for (;;) {
    if (interactive) redraw('checking …');
    const next = await checks.next();
    if (interactive) redraw('');
    if (next.done === true) break;
    if (ending.aborted) {
      note('Stopped before all was checked.');
      await checks.return(undefined);
      return exitCodes.failed;
    }
    findings.push(next.value);
    if (!asJson) for (const line of lines(next.value)) print(line);
  }
  if (asJson) {
    const told = findings.map(({ passing: _, ...check }): Check => check);
    print(JSON.stringify({ ok: told.every(({ status }) => status !== 'failed'), checks: told }, undefined, 2));
  }
  return exitCodeAfter(findings);
}
