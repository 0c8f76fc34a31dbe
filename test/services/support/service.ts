import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A program that listens on a port of loopback. */
export interface Service {
  readonly port: number;
  /** Ends it with SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, after it was ended. Resolves when it answers. */
  start(): Promise<void>;
}

/** What is started, and how it is recognized as ready. */
export interface ServiceSettings {
  /** The program, which is also the name of its Debian package. */
  readonly command: string;
  /** Its arguments for a port. */
  readonly args: (port: number) => readonly string[];
  /** Variables for a port, beside those of this process. */
  readonly environment?: (port: number) => Readonly<Record<string, string>>;
  /** Sent to it until a reply contains `reply`. Without it, it is ready when the port accepts connections. */
  readonly greeting?: { readonly text: string; readonly reply: string };
}

/** How long the next try waits, and how long a service may take to answer. */
const retryMs = 20;
const patienceMs = 30_000;

/** A port of loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port');
  return address.port;
}

/** Whether something at the port accepts a connection, and greets as expected. */
function answers(port: number, { greeting }: ServiceSettings): Promise<boolean> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1');
    const end = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('connect', () => (greeting === undefined ? end(true) : socket.write(greeting.text)));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (greeting !== undefined && received.includes('\n')) end(received.includes(greeting.reply));
    });
  });
}

/** Resolves when the child answers at the port; rejects if it ends, or takes too long. */
async function ready(child: ChildProcess, port: number, settings: ServiceSettings): Promise<void> {
  const { command } = settings;
  const ended = new AbortController();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  child.once('error', (error: NodeJS.ErrnoException) =>
    ended.abort(
      error.code === 'ENOENT'
        ? new Error(`these tests need ${command}, which is not installed: apt-get install ${command}`)
        : error,
    ),
  );
  child.once('exit', (code) => ended.abort(new Error(`${command} ended with ${code}:\n${output}`)));
  const latest = performance.now() + patienceMs;
  for (;;) {
    if (await answers(port, settings)) break;
    ended.signal.throwIfAborted();
    if (performance.now() > latest) throw new Error(`${command} does not answer at port ${port}:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  ended.signal.throwIfAborted();
}

/** Starts a program on a free port, and resolves when it answers there. It ends with the test process at the latest. */
export async function startService(settings: ServiceSettings): Promise<Service> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const killNow = (): boolean => child?.kill('SIGKILL') ?? false;
  process.once('exit', killNow);
  const service: Service = {
    port,
    async kill() {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const exited = once(running, 'exit');
      running.kill('SIGKILL');
      await exited;
    },
    async start() {
      await service.kill();
      child = spawn(settings.command, settings.args(port), {
        env: { ...process.env, ...settings.environment?.(port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      await ready(child, port, settings);
    },
  };
  await service.start();
  return service;
}
