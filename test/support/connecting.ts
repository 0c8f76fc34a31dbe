import { expect } from 'vitest';
import { connectAccount } from '../../src/cli/connect/command.js';
import type { Shell } from '../../src/cli/shell/shell.js';
import { withOneAccount } from '../../src/config/accounts/choice.js';
import { createHttpClient } from '../../src/upstream/client/http-client.js';
import { configOf } from './config.js';
import { drivenClock } from './driven.js';
import { through } from './program.js';
import { useSandbox } from './sandboxed.js';
import { recordingShell } from './shell.js';

/** A run of `connect`. */
export interface ConnectRun extends Partial<Omit<Shell, 'redraw'>> {
  readonly environment?: Record<string, string>;
  readonly connectionId?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly timeoutSeconds?: number;
  /** Called with the link when it is printed. */
  readonly onLink?: (link: string, end: () => void) => unknown;
  /** Called with each line of stderr. */
  readonly onNote?: (line: string) => unknown;
  readonly redraw?: (line: string) => unknown;
}

/** A sandbox for the tests of a file, and `connect` through it. */
export function useConnect() {
  const sandbox = useSandbox({ limits: false });

  /** Submits the form on the page behind a link, as the owner does. */
  const enter = (link: string, fields: Record<string, string>): Promise<Response> =>
    fetch(link, { method: 'POST', body: new URLSearchParams(fields) });

  const request = (method: string, path: string): Promise<Response> =>
    fetch(sandbox.url + path, { method, headers: { authorization: `Bearer ${sandbox.matonKey}` } });

  /** The sandbox's connections with their links, oldest first. */
  async function overview(): Promise<{ connection_id: string; url: string }[]> {
    return JSON.parse(await (await request('GET', '/sandbox')).text()).connections;
  }

  async function enterInLatest(): Promise<void> {
    const latest = (await overview()).at(-1);
    await enter(latest?.url ?? '', { api_key: sandbox.manychatKey });
  }

  /** Runs `connect` in this process. Its clock stands still while a callback works. */
  async function connecting(run: ConnectRun = {}) {
    const {
      environment = {},
      connectionId,
      json = false,
      yes = true,
      timeoutSeconds = 86_400,
      onLink,
      onNote,
      redraw,
      ...replaced
    } = run;
    const clock = drivenClock();
    const settings = { ...through(sandbox.url, sandbox.matonKey), ...environment };
    const entered: unknown[] = [];
    const during = (work: unknown): void => {
      entered.push(clock.still(Promise.resolve(work)));
    };
    const { shell, out, err, end } = recordingShell(settings, {
      ...replaced,
      onNote: (line) => during(onNote?.(line)),
      ...(redraw && { redraw: (line) => during(redraw(String(line))) }),
      print(line) {
        const text = String(line);
        out.push(text);
        const link = /http:[^"\s]*session_token=\w+/.exec(text)?.[0];
        if (link !== undefined) during(onLink?.(link, end));
      },
    });
    const config = await withOneAccount(configOf({ MANYCHAT_MCP_LOG_LEVEL: 'silent', ...settings }), shell);
    const options = { connectionId, open: false, json, yes, timeoutSeconds };
    const code = await connectAccount(config, options, shell, {
      clock,
      http: clock.watched(createHttpClient(config.host.proxy)),
    });
    await Promise.all(entered);
    expect([...out, ...err].join('\n')).not.toContain(sandbox.matonKey);
    const created = sandbox.requests().filter(({ method, path }) => method === 'POST' && path === '/connections');
    return { code, out, err: err.join('\n'), created: created.length };
  }

  /** The id in a text that is not one of the sandbox's two initial connections. */
  const newId = (text: string): string =>
    (text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []).find(
      (id) => id !== sandbox.connectionId && id !== sandbox.secondConnectionId,
    ) ?? '';
  return { sandbox, enter, request, overview, enterInLatest, connecting, newId };
}
