import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import type { InboundSettings } from '../../src/config/accounts/settings.js';
import { offerFor } from '../../src/mcp/listing/offer.js';
import { serveTransport } from '../../src/mcp/stdio/transport.js';
import { configOf } from './config.js';

/** How the accounts of tests hear what their contacts write. */
export const inbound: InboundSettings = {
  mode: 'ack',
  header: 'X-ManyChat-Secret',
  pauseMs: 0,
  loop: { answers: 20, withinMs: 600_000 },
};

/** A client that sees what is offered by an account that hears its contacts. It can make no calls. */
export async function hearingClient(): Promise<Client> {
  const config = configOf({ MATON_API_KEY: 'nobody' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const offer = offerFor({ ...config, account: { ...config.account, inbound } });
  serveTransport(ours, offer, () => Promise.reject(new Error('no calls')), {
    now: () => 0,
    onError: () => undefined,
    onClosed: () => undefined,
  });
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(theirs);
  return client;
}
