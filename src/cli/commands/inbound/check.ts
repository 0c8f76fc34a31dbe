import { handedOut } from '../../../../tools/workflows/inbox/entries.js';
import type { HeardMessage } from '../../../account/inbox/inbox.js';
import { createSharedInbox } from '../../../account/inbox/shared-inbox.js';
import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import { namedAccounts } from '../../../config/accounts/choice.js';
import {
  defaultAccount,
  type InboundSecrets,
  readInboundSecrets,
} from '../../../config/accounts/sources/inbound-secrets.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { createAuthority } from '../../../inbound/authority.js';
import { createInbound } from '../../../inbound/handler.js';
import { createMemoryStore } from '../../../store/memory-store.js';
import { realClock } from '../../../upstream/clock.js';
import { type Finding, failed, ok, skipped, warning } from '../../doctor/finding.js';
import type { Shell } from '../../shell/shell.js';

const names = { secret: 'inbound secret', address: 'inbound address', call: 'inbound call' } as const;

/** What a flow would send, as the documentation has it. */
const sampleBody = {
  subscriber_id: '1234567890',
  text: 'Do you deliver today?',
  last_interaction: '2026-01-01T12:00:00+00:00',
  channel: 'whatsapp',
};

/** The accounts file with the account that is checked, alone: no command runs for the secrets of others. */
async function ownFile(config: Config, shell: Shell): Promise<AccountsFile | undefined> {
  const file = await namedAccounts(config, shell);
  return file && { ...file, accounts: file.accounts.filter(({ name }) => name === config.account.name) };
}

function checkAddress({ inbound: { publicUrl, settings } }: Config, account: string): Finding {
  const path = `/inbound/${encodeURIComponent(account)}/request`;
  if (publicUrl === undefined)
    return warning(
      names.address,
      `no public address is set; ManyChat calls ${path} of it, with the header ${settings.header}`,
      'ManyChat calls over the internet, by https: start a tunnel or a proxy to the port of this server, and set MANYCHAT_MCP_PUBLIC_URL to its address.',
    );
  const found = `ManyChat calls ${new URL(path, publicUrl).href}`;
  return publicUrl.protocol === 'https:'
    ? ok(names.address, found)
    : warning(
        names.address,
        `${found}, which is not https`,
        'ManyChat calls public addresses by https only, and others could read the secret: set MANYCHAT_MCP_PUBLIC_URL to the https address of a tunnel or a proxy.',
      );
}

/** Calls the endpoint within this process, with an inbox of its own, and gives what it made of the call. */
async function simulate(
  { inbound: { settings }, account }: Config,
  { account: name, secrets }: InboundSecrets,
  ending: AbortSignal,
): Promise<{ readonly status: number; readonly body: string; readonly messages: readonly HeardMessage[] }> {
  const { header } = account.inbound ?? settings;
  const inbox = createSharedInbox(createMemoryStore(Date.now), realClock);
  const quiet = (): void => undefined;
  const service = createInbound({
    accounts: [
      {
        name,
        settings: { ...settings, header, mode: 'ack', pauseMs: 0 },
        inbox: async () => inbox.of(name),
      },
    ],
    authority: createAuthority({ accounts: [{ account: name, secrets, header }], publicUrl: undefined }),
    clock: realClock,
    log: { info: quiet, warn: quiet },
  });
  try {
    const response = await service.fetch(
      new Request(`http://127.0.0.1/inbound/${encodeURIComponent(name)}/request`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [header]: secrets[0] ?? '' },
        body: JSON.stringify(sampleBody),
      }),
    );
    const messages = await inbox.of(name).take({ reader: 'doctor', limit: 1, done: [], waitMs: 0 }, ending);
    return { status: response.status, body: await response.text(), messages };
  } finally {
    await inbox.close();
  }
}

async function checkCall(config: Config, secrets: InboundSecrets, ending: AbortSignal): Promise<Finding> {
  const { status, body, messages } = await simulate(config, secrets, ending);
  const [message] = messages;
  if (status !== 200 || message === undefined)
    return failed(
      names.call,
      `the endpoint refuses the body of the documentation: ${body}`,
      'Report this as a defect.',
    );
  return {
    ...ok(names.call, `a call was simulated, and answered with ${body}`),
    items: [`ManyChat sends ${JSON.stringify(sampleBody)}`, `an agent sees ${JSON.stringify(handedOut(message))}`],
  };
}

/** Checks whether ManyChat can call, and simulates a call. Shows no secret. */
export async function* checkInbound(config: Config, shell: Shell): AsyncGenerator<Finding> {
  const rest = (reason: string): Finding[] => [names.address, names.call].map((name) => skipped(name, reason));
  try {
    const file = await ownFile(config, shell);
    const [own] = await readInboundSecrets(config, file, shell);
    if (own === undefined) {
      const where =
        file === undefined
          ? 'as MANYCHAT_MCP_INBOUND_SECRET'
          : `as "inbound": {"secret": …} of the account in ${file.path}`;
      yield failed(
        names.secret,
        'none is set, so contacts are not heard',
        `Set one ${where}; this prints one: ${shell.program} inbound secret`,
      );
      return yield* rest('there is no secret');
    }
    shell.hide(own.secrets);
    const count = own.secrets.length === 1 ? 'one is set' : `${own.secrets.length} are set, and each is accepted`;
    yield ok(
      names.secret,
      `${count}, for the account ${own.account === defaultAccount ? defaultAccount : JSON.stringify(own.account)}`,
    );
    yield checkAddress(
      { ...config, inbound: { ...config.inbound, settings: config.account.inbound ?? config.inbound.settings } },
      own.account,
    );
    yield await checkCall(config, own, shell.ending);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    yield failed(names.secret, error.message.replaceAll('\n', '; '), 'Correct it where it is set.');
    yield* rest('the secret cannot be used');
  }
}
