import { describe, expect, test } from 'vitest';
import { effectRules } from '../../../tools/contract/effect.js';
import { connectProgram, through } from '../../support/program.js';
import { requesting } from '../../support/requesting.js';
import { useSandbox } from '../../support/sandboxed.js';

describe('a dry run', () => {
  const sandbox = useSandbox({ limits: false });
  const writes = () => sandbox.requests().filter(({ method }) => method !== 'GET');

  test('returns for every tool that changes something a result that matches the output schema', async () => {
    const env = { ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_DRY_RUN: '1' };
    const { client } = await connectProgram(env);
    // The client checks each result against the schema of the list.
    await client.listTools();
    for (const { name, effect, example } of requesting) {
      const { isError, content } = await client.callTool({ name, arguments: { ...example } });
      const [first] = content;
      const text = first?.type === 'text' ? first.text : '';
      // The contact in the example of that tool exists, so nothing would be changed.
      const changes = !effectRules[effect].readOnly && name !== 'manychat_find_or_create_subscriber';
      if (changes) expect([name, isError ?? false, text.includes('"dry_run":true')]).toEqual([name, false, true]);
    }
    expect(writes()).toEqual([]);
    await client.close();
  });
});
