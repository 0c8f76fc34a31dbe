import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { bundling } from '../package/bundle.js';
import { pathOf, program } from '../root.js';
import { median, milliseconds, table, times } from './figures.js';

const rounds = 31;
const warmUp = 2;

/** Time of a start until the list of tools arrived, and resident memory at that point. */
interface Start {
  readonly milliseconds: number;
  readonly megabytes: number;
}

const environment = { PATH: process.env.PATH ?? '', MATON_API_KEY: 'nobody' };

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

/** Resident memory of a process, in megabytes. */
const megabytesOf = (pid: number | undefined): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;

/** Starts a server, lists its tools like a client, and ends it. */
async function startServer(file: string): Promise<Start> {
  const started = performance.now();
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [file], { env: environment });
  child.stderr.resume();
  const send = (...messages: object[]) =>
    void child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  send(initialize);
  let took = Number.NaN;
  for await (const line of createInterface(child.stdout)) {
    if (line.includes('"id":2')) {
      took = performance.now() - started;
      break;
    }
    if (line.includes('"id":1')) send(initialized, list);
  }
  const megabytes = megabytesOf(child.pid);
  child.kill();
  await once(child, 'close');
  return { milliseconds: took, megabytes };
}

/** Starts Node.js without work. */
async function startBare(): Promise<Start> {
  const started = performance.now();
  const child = spawn(process.execPath, ['-e', '0;process.stdin.resume();console.log(0)'], { env: environment });
  await once(child.stdout, 'data');
  const took = performance.now() - started;
  const megabytes = megabytesOf(child.pid);
  child.kill();
  await once(child, 'close');
  return { milliseconds: took, megabytes };
}

/** The SDK server with one empty tool, bundled like the program. */
async function bundledSdkServer(): Promise<string> {
  const outfile = pathOf('dist/scripts/bench/empty-server.bundle.js');
  await build({ ...bundling, entryPoints: [pathOf('scripts/bench/empty-server.ts')], outfile });
  return outfile;
}

/** Time and memory from process start to the list of tools, relative to a minimal SDK server. */
export async function starts(): Promise<string[]> {
  const sdkServer = await bundledSdkServer();
  const ways = [
    { name: 'SDK server with one tool, bundled', once: () => startServer(sdkServer) },
    { name: 'ours, bundled', once: () => startServer(program) },
    { name: 'node -e 0 (to its first output)', once: startBare },
  ].map((way) => ({ ...way, starts: [] as Start[] }));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const way of ways) {
      const start = await way.once();
      if (round >= 0) way.starts.push(start);
    }
  }
  const figures = ways.map(({ name, starts: all }) => ({
    name,
    took: median(all.map((start) => start.milliseconds)),
    megabytes: median(all.map((start) => start.megabytes)),
  }));
  const [sdk] = figures;
  return [
    `0. Start, from process start to the response to tools/list, ${rounds} rounds taking turns, medians`,
    ...table([
      ['', 'time', '', 'resident memory', ''],
      ...figures.map(({ name, took, megabytes }) => [
        name,
        times(took / (sdk?.took ?? 0)),
        milliseconds(took),
        times(megabytes / (sdk?.megabytes ?? 0)),
        `${megabytes.toFixed(1)} MB`,
      ]),
    ]),
  ];
}
