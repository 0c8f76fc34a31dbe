import { describe, expect, test } from 'vitest';
import { openAccount } from '../../../../src/account/account.js';
import { newRecord } from '../../../../src/account/call/call-context.js';
import { openHost } from '../../../../src/account/host.js';
import { addTagToSubscriber } from '../../../../tools/endpoints/tags.js';
import { collectedLog } from '../../../support/caller.js';
import { configOf } from '../../../support/config.js';
import { maria } from '../../../support/people.js';
import { through } from '../../../support/program.js';
import { useSandbox } from '../../../support/sandboxed.js';

describe('a read-only account', () => {
  const sandbox = useSandbox({ limits: false });
  const writes = () => sandbox.requests().filter(({ method }) => method !== 'GET');

  test('refuses a change in its pipeline, even if the call did not come through an offered tool', async () => {
    const config = configOf({ ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_READ_ONLY: '1' });
    const host = openHost(config.host, { log: collectedLog(config, []) });
    const { pipeline } = openAccount(host, config.account);
    const delivery = { arrivedAt: 0, answeredAt: undefined, cancelled: false };
    const options = { signal: new AbortController().signal, delivery, record: newRecord() };
    await expect(pipeline.call(addTagToSubscriber, { subscriber_id: maria, tag_id: 1 }, options)).rejects.toMatchObject(
      {
        about: { rule: 'policy' },
        failure: {
          kind: 'permission_denied',
          performed: 'no',
          source: 'client',
          message: expect.stringMatching(/--read-only/),
        },
      },
    );
    expect(writes()).toEqual([]);
    await host.close();
  });
});
