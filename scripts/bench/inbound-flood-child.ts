/*
 * Calls the endpoint at the given address with the given secret, two hundred times a second: for one contact, or for a
 * hundred in turn. It sends how many calls were answered in reply to any message.
 */
import { Agent } from 'undici';

const [, , address = '', secret = '', contacts = 'one'] = process.argv;
const perSecond = 200;
const url = new URL(address);
const agent = new Agent({ connections: 64 });
const began = performance.now();
let calls = 0;
let answered = 0;

async function write(index: number): Promise<void> {
  const subscriber_id = String(contacts === 'one' ? 1 : 1 + (index % 100));
  const body = JSON.stringify({ subscriber_id, text: `Text ${index}`, channel: 'telegram' });
  const headers = { 'content-type': 'application/json', 'x-manychat-secret': secret };
  const response = await agent.request({ origin: url.origin, path: url.pathname, method: 'POST', headers, body });
  await response.body.dump();
  answered += 1;
}

process.on('message', () => process.send?.(answered));
process.once('disconnect', () => process.exit());
setInterval(() => {
  for (const due = ((performance.now() - began) * perSecond) / 1_000; calls < due; calls += 1) void write(calls);
}, 5);
process.send?.('started');
