/*
 * What a tool call costs, measured in one run on one machine:
 *
 * 0. the time and the memory of a start, over those of a bundled server with one tool made with the SDK;
 * 1. its time over that of a bare undici request to the same loopback server: the built program over stdio, the same
 *    code in this process, and an empty tool of a server made with the SDK, so that our part and MCP's can be told apart;
 * 2. calls a second over those of that SDK server, calls that end before any HTTP and calls that make a request;
 * 3. how much of Maton's ten requests a second is used when 300 calls come at once, and whether any is refused;
 * 4. what 20,000 reads, and sends to 5,000 contacts, leave in memory;
 * 5. the same pace and memory for a bulk of 5,000 contacts, and of 50,000.
 *
 * Milliseconds say more about the machine than about the program, and a shared one is slower from one minute to the
 * next. What is compared therefore takes turns within the run, and ratios come first, with the raw figures beside them.
 * The servers that answer are processes of their own, as they are in earnest. Nothing is asserted: the figures are to be
 * read; it fails only when a call does.
 */
import { availableParallelism } from 'node:os';
import { bulk } from './bulk.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { pace } from './pace.js';
import { openSides, start } from './sides.js';
import { starts } from './start.js';
import { throughput } from './throughput.js';

const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n\n`);

const started = performance.now();
print([`Node ${process.version}, ${availableParallelism()} cores; takes about four minutes.`]);
print(await starts());
const { told, child } = await start('upstream-server.js');
const url = String(told);
const sides = await openSides(url);
print(await latency(sides));
print(await throughput(sides));
await sides.close();
print(await pace());
print(await memory(url));
print(await bulk());
child.disconnect();
print([`Took ${Math.round((performance.now() - started) / 1000)} s.`]);
