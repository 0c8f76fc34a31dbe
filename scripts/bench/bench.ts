/*
 * The cost of a tool call, measured in one run on one machine:
 *
 * 0. time and memory of a start, relative to a bundled SDK server with one tool;
 * 1. time of a call relative to a bare undici request to the same loopback server: the built program over stdio, the
 *    same code in this process, and an empty tool of an SDK server, to separate our cost from MCP's;
 * 2. calls per second relative to that SDK server, for calls that end before any HTTP and calls that make a request;
 * 3. how much of Maton's ten requests per second 300 concurrent calls use, and whether any is refused;
 * 4. memory growth after 20,000 reads and after sends to 5,000 contacts;
 * 5. pace and memory of a bulk run of 5,000 contacts, and memory of one of 50,000;
 * 6. time and memory of a dry run of 200,000 rows;
 * 7. CPU of a turn from the pacer that processes share, relative to that of one process;
 * 8. CPU of the server for a call over HTTP, and its memory from call 10,000 to 50,000;
 * 9. how much of a limit three processes use that share it over SQLite or Redis, and how often they exceed it, beside
 *    processes that share nothing;
 * 10. milliseconds of a transaction of each store;
 * 11. milliseconds of a call of ManyChat that keeps a message, at 200 calls per second: alone, and beside as many calls
 *     of many contacts, or of one;
 * 12. the size of the sandbox's page, and its first paint relative to a blank page, with 5,000 contacts and 10,000 messages.
 *
 * Milliseconds say more about the machine than about the program, and a shared machine is slower from one minute to the
 * next. Compared variants therefore take turns within the run, and ratios come first, with the raw figures beside them.
 * The servers run in processes of their own, as in production. Nothing is asserted: the figures are for reading. The
 * benchmark fails only if a call fails.
 */
import { availableParallelism } from 'node:os';
import { bulk } from './bulk.js';
import { http } from './http.js';
import { inbound } from './inbound.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { pace } from './pace.js';
import { page } from './page.js';
import { sharedPace, sharedTransactions } from './shared-pace.js';
import { openSharedStores } from './shared-stores.js';
import { openSides, start } from './sides.js';
import { starts } from './start.js';
import { tables } from './tables.js';
import { throughput } from './throughput.js';
import { turns } from './turns.js';

const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n\n`);

const started = performance.now();
print([`Node ${process.version}, ${availableParallelism()} cores; takes about ten minutes.`]);
print(await starts());
const { message, child } = await start('upstream-server.js');
const url = String(message);
const sides = await openSides(url);
print(await latency(sides));
print(await throughput(sides));
await sides.close();
print(await pace());
print(await memory(url));
print(await bulk());
print(await tables());
print(await turns());
print(await http(url));
const stores = await openSharedStores();
print(await sharedPace(stores));
print(await sharedTransactions(stores));
await stores.close();
print(await inbound());
print(await page());
child.disconnect();
print([`Took ${Math.round((performance.now() - started) / 1000)} s.`]);
