import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { useFolder } from '../../support/folder.js';
import { inboundSecret, otherSecret } from '../../support/inbound.js';
import { runHere } from '../../support/shell.js';

/** The lines about inbound. */
async function inboundLines(environment: Record<string, string>) {
  const { code, out } = await runHere(['doctor', '--inbound'], { MANYCHAT_MCP_SANDBOX: '1', ...environment });
  expect(out).not.toMatch(new RegExp(`${inboundSecret}|${otherSecret}`));
  const lines = out.split('\n');
  return { code, lines: lines.slice(lines.findIndex((line) => line.includes('inbound secret:'))) };
}

describe('doctor --inbound', () => {
  test('simulates a call, and shows what ManyChat sends and what an agent sees', async () => {
    const { code, lines } = await inboundLines({
      MANYCHAT_MCP_INBOUND_SECRET: `${inboundSecret},${otherSecret}`,
      MANYCHAT_MCP_PUBLIC_URL: 'https://inbound.example.com',
    });
    expect(lines).toEqual([
      'ok       inbound secret: 2 are set, and each is accepted, for the account default',
      'ok       inbound address: ManyChat calls https://inbound.example.com/inbound/default/request',
      'ok       inbound call: a call was simulated, and answered with {"status":"later","answer":""}',
      expect.stringMatching(/^ {11}ManyChat sends \{"subscriber_id":"1234567890","text":"Do you deliver today\?"/),
      expect.stringMatching(
        /^ {11}an agent sees \{"message_id":".*","subscriber_id":"1234567890","channel":"whatsapp","from_contact":"Do you deliver today\?"\}$/,
      ),
    ]);
    expect(code).toBe(0);
  });

  test.each([
    [{ MANYCHAT_MCP_PUBLIC_URL: 'http://127.0.0.1:8808' }, /^warning {2}inbound address: .*, which is not https$/],
    [{}, /^warning {2}inbound address: no public address is set; .*with the header X-ManyChat-Secret$/],
  ])('warns of an address that ManyChat cannot call: %j', async (environment, line) => {
    const { code, lines } = await inboundLines({ MANYCHAT_MCP_INBOUND_SECRET: inboundSecret, ...environment });
    expect([code, lines[1]]).toEqual([0, expect.stringMatching(line)]);
  });

  test('says that a secret is missing, and how to make one', async () => {
    const { code, lines } = await inboundLines({});
    expect([code, ...lines]).toEqual([
      1,
      'failed   inbound secret: none is set, so contacts are not heard',
      expect.stringMatching(/^ {11}Set one as MANYCHAT_MCP_INBOUND_SECRET; this prints one: .*inbound secret$/),
      'skipped  inbound address: there is no secret',
      'skipped  inbound call: there is no secret',
    ]);
  });

  const write = useFolder();

  test('checks the account that is chosen from a file, and reads no secret of another', async () => {
    const account = (env: string) => ({ manychat_key: { env: 'KEY' }, inbound: { secret: { env }, header: 'X-Shop' } });
    const path = write(
      'accounts.json',
      JSON.stringify({ accounts: { 'My Shop': account('SHOP'), bar: account('BAR') } }),
    );
    chmodSync(path, 0o600);
    const { out } = await runHere(['doctor', '--inbound', '--account', 'my shop'], {
      MANYCHAT_MCP_ACCOUNTS: path,
      MANYCHAT_API_URL: 'http://127.0.0.1:1',
      KEY: '123456789:0123456789abcdef',
      SHOP: inboundSecret,
    });
    expect(out).toContain('inbound secret: one is set, for the account "My Shop"');
    expect(out).toContain('ManyChat calls /inbound/My%20Shop/request of it, with the header X-Shop');
    expect(out).toContain('inbound call: a call was simulated');
  });
});
