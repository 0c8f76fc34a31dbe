import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@modelcontextprotocol/client';
import type { McpUiHostCapabilities, McpUiHostContext } from '@modelcontextprotocol/ext-apps';
import type { AppBridge } from '@modelcontextprotocol/ext-apps/app-bridge';
import { getToolUiResourceUri } from '@modelcontextprotocol/ext-apps/app-bridge';
import { build } from 'esbuild';
import { expect, onTestFinished } from 'vitest';
import { pathOf } from '../../../scripts/root.js';
import { openPage, type PageOptions } from './browser.js';

/** What hosts allow a view that asks for nothing, by the protocol. */
const policy =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'";

let bundle: Promise<string> | undefined;

/** The script of the host's page, bundled once. */
function hostScript(): Promise<string> {
  bundle ??= build({
    entryPoints: [pathOf('test/browser/programs/app-host.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  return bundle;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** How a host is, and where it is looked at. */
export interface AppHostOptions extends PageOptions {
  readonly capabilities?: McpUiHostCapabilities;
  readonly hostContext?: Omit<McpUiHostContext, 'toolInfo'>;
  /** The host refuses messages and links. */
  readonly refuses?: boolean;
}

declare global {
  interface Window {
    readonly bridge: AppBridge;
    /** Resolves when the view has ended its handshake. */
    readonly opened: Promise<void>;
    readonly seen: { readonly method: string; readonly params: unknown }[];
  }
}

/** Opens the view of a tool as a host does: its page read from the server, in a sandboxed frame of another origin. */
export async function openView(client: Client, tool: string, options: AppHostOptions = {}) {
  const { tools } = await client.listTools();
  const listed = tools.find(({ name }) => name === tool);
  const uri = listed && getToolUiResourceUri(listed);
  if (listed === undefined || uri === undefined) throw new Error(`${tool} has no view`);
  const { contents } = await client.readResource({ uri });
  const [content] = contents;
  const html = content !== undefined && 'text' in content ? content.text : '';

  const view = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end(html);
  });
  const { capabilities = { openLinks: {} }, hostContext = {}, refuses = false, ...pageOptions } = options;
  const toolInfo = { tool: { name: listed.name, inputSchema: listed.inputSchema } };
  const given = JSON.stringify({ address: view, capabilities, hostContext: { ...hostContext, toolInfo }, refuses });
  const script = await hostScript();
  const host = await serve(({ url }, response) => {
    if (url === '/host.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(
          `<!doctype html><html lang="en"><head><title>Host</title><link rel="icon" href="data:,"></head><body><iframe title="View" sandbox="allow-scripts" style="width:100%;border:0"></iframe><script type="application/json" id="options">${given.replaceAll('<', '\\u003c')}</script><script type="module" src="/host.js"></script></body></html>`,
        );
  });
  const page = await openPage(host, { ...pageOptions, origins: [view] });
  await page.waitForFunction(() => window.opened !== undefined);
  await page.evaluate(() => window.opened);
  return {
    page,
    frame: page.frameLocator('iframe'),
    html,
    input: (args: Record<string, unknown>) =>
      page.evaluate((each) => window.bridge.sendToolInput({ arguments: each }), args),
    partial: (args: Record<string, unknown>) =>
      page.evaluate((each) => window.bridge.sendToolInputPartial({ arguments: each }), args),
    result: (result: Parameters<AppBridge['sendToolResult']>[0]) =>
      page.evaluate((each) => window.bridge.sendToolResult(each), result),
    cancel: (reason: string) => page.evaluate((each) => window.bridge.sendToolCancelled({ reason: each }), reason),
    seen: (method: string) =>
      page.evaluate((each) => window.seen.filter((one) => one.method === each).map(({ params }) => params), method),
    /** Waits until the view has asked for something. */
    asked: async (method: string): Promise<unknown> => {
      await page.waitForFunction((each) => window.seen.some((one) => one.method === each), method);
      return page.evaluate((each) => window.seen.find((one) => one.method === each)?.params, method);
    },
  };
}

/** Makes a call, and shows it in its view as a host does. */
export async function showCall(
  client: Client,
  tool: string,
  args: Record<string, unknown>,
  options: AppHostOptions = {},
) {
  const view = await openView(client, tool, options);
  await view.input(args);
  const result = await client.callTool({ name: tool, arguments: args });
  expect(result.resultType ?? 'complete').toBe('complete');
  await view.result({ ...result });
  return { ...view, result };
}
