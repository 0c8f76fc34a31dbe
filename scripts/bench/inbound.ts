import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { startHttpProgram } from '../../test/support/http-program.js';
import { median, milliseconds, quantile, table } from './figures.js';
import { start } from './sides.js';

const rounds = 3;
const perSecond = 200;
const seconds = 3;
const secret = 'a-secret-of-the-benchmark';

/** What else calls: nothing, one contact that floods, or as many calls of many contacts. */
const others = ['none', 'many', 'one'] as const;

type Beside = (typeof others)[number];

/** What a round measured: milliseconds of each call, and calls of the flood in a second. */
interface Measured {
  readonly took: readonly number[];
  readonly flood: number;
}

/** Calls at a steady pace, each for another contact. The time counts from when a call was due. */
async function steady(url: URL, count = perSecond * seconds): Promise<number[]> {
  const agent = new Agent({ connections: 128 });
  const headers = { 'content-type': 'application/json', 'x-manychat-secret': secret };
  const began = performance.now();
  const calls = Array.from({ length: count }, async (_, index) => {
    const due = (index * 1_000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, due));
    const body = JSON.stringify({ subscriber_id: String(1_000 + index), text: 'Hello', channel: 'telegram' });
    const response = await agent.request({ origin: url.origin, path: url.pathname, method: 'POST', headers, body });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${text}`);
    return performance.now() - began - due;
  });
  const took = await Promise.all(calls);
  await agent.close();
  return took;
}

/** A round against a server that is new, so that no round finds the messages of another. */
async function round(stateFile: string, beside: Beside): Promise<Measured> {
  const server = await startHttpProgram({
    MANYCHAT_API_KEY: '123456789:0123456789abcdef0123456789abcdef',
    MANYCHAT_MCP_INBOUND_SECRET: secret,
    MANYCHAT_MCP_LOG_LEVEL: 'silent',
    MANYCHAT_MCP_STATE_FILE: stateFile,
  });
  const url = new URL(`${server.url}/inbound/default/request`);
  // Code that runs for the first time is slow.
  await steady(url, perSecond);
  const flood =
    beside === 'none' ? undefined : (await start('inbound-flood-child.js', [url.href, secret, beside])).child;
  const began = performance.now();
  const took = await steady(url);
  let calls = 0;
  if (flood !== undefined) {
    flood.send('how many');
    [calls] = await once(flood, 'message');
    flood.disconnect();
  }
  const passed = (performance.now() - began) / 1_000;
  await server.close();
  return { took, flood: calls / passed };
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasSqlite = major > 22 || (major === 22 && minor >= 13);

/** How long ManyChat waits until a message is kept: alone, and beside a flood from one contact or from many. */
export async function inbound(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-bench-'));
  const rows: string[][] = [];
  let files = 0;
  for (const store of ['memory', ...(hasSqlite ? ['SQLite file'] : [])]) {
    const all: Record<Beside, Measured[]> = { none: [], many: [], one: [] };
    for (let index = 0; index < rounds; index += 1)
      for (const beside of others) {
        files += 1;
        const path = store === 'memory' ? 'off' : join(folder, `${files}.db`);
        all[beside].push(await round(path, beside));
      }
    for (const beside of others) {
      const at = (share: number): string => milliseconds(median(all[beside].map(({ took }) => quantile(took, share))));
      const calls = Math.round(median(all[beside].map(({ flood }) => flood)));
      const words = beside === 'one' ? 'one contact' : 'many contacts';
      rows.push([
        `${store}, ${beside === 'none' ? 'alone' : `beside ${calls} calls/s of ${words}`}`,
        `median ${at(0.5)}`,
        `p99 ${at(0.99)}`,
      ]);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return [
    `11. A call of ManyChat in mode ack, ${perSecond}/s of as many contacts, each in one of ${rounds} rounds`,
    ...table(rows),
  ];
}
