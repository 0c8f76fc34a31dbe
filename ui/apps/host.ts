import type {
  McpUiAppCapabilities,
  McpUiInitializedNotification,
  McpUiInitializeRequest,
  McpUiMessageRequest,
  McpUiOpenLinkRequest,
  McpUiSizeChangedNotification,
  McpUiUpdateModelContextRequest,
} from '@modelcontextprotocol/ext-apps';
import { asObject, isObject, type Result } from '../../tools/contract/json.js';
import { type HostContext, noContext, withContext } from './host-context.js';
import { type RequestId, readMessage } from './messages.js';
import { afterNotice, noCall, type ToolCall } from './tool-call.js';

type OwnRequest = McpUiInitializeRequest | McpUiMessageRequest | McpUiOpenLinkRequest | McpUiUpdateModelContextRequest;

type OwnNotice = McpUiInitializedNotification | McpUiSizeChangedNotification;

/** The revision of MCP Apps that the views speak. */
const revision = '2026-01-26';

const capabilities: McpUiAppCapabilities = { availableDisplayModes: ['inline', 'fullscreen'] };

/** Whether the host answers, and what it can do. */
type Connection =
  | { readonly state: 'waiting' }
  | { readonly state: 'open'; readonly can: Result }
  | { readonly state: 'refused'; readonly reason: string };

/** What a view knows. */
export interface Known {
  readonly connection: Connection;
  readonly context: HostContext;
  readonly call: ToolCall;
}

/** What came of a request to the host. */
type Handed = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** The host of a view, over messages. */
export interface Host {
  known(): Known;
  /** Begins the handshake. */
  connect(): void;
  /** Takes whatever was posted to the view by its host. Never throws. */
  receive(data: unknown): void;
  /** Tells the host the height of the view in CSS pixels. */
  resized(height: number): void;
  /** Asks the host to open an address. */
  openLink(url: string): Promise<Handed>;
  /** Hands the client a text: as a message of the user, or for the next turn if the host takes only that. */
  hand(text: string): Promise<Handed>;
}

interface Parts {
  /** Names the view to the host. */
  readonly name: string;
  post(message: object): void;
  /** Called after each change of what is known. */
  onChange(): void;
  /** Called when the host takes the view down. */
  onClose(): void;
}

/** Creates the view's side of the protocol of MCP Apps. */
export function createHost({ name, post, onChange, onClose }: Parts): Host {
  let known: Known = { connection: { state: 'waiting' }, context: noContext, call: noCall };
  const open = new Map<RequestId, (handed: Handed, result: Result) => void>();
  let lastId = 0;
  let lastHeight = 0;

  function request(message: OwnRequest, onEnd: (handed: Handed, result: Result) => void): void {
    lastId += 1;
    open.set(lastId, onEnd);
    post({ jsonrpc: '2.0', id: lastId, ...message });
  }

  const notify = (message: OwnNotice): void => post({ jsonrpc: '2.0', ...message });

  const asked = (message: OwnRequest): Promise<Handed> =>
    new Promise((resolve) => {
      request(message, (handed, { isError }) =>
        resolve(isError === true ? { ok: false, reason: 'the client refused' } : handed),
      );
    });

  function change(next: Partial<Known>): void {
    known = { ...known, ...next };
    onChange();
  }

  /** The host's context names the tool, also after the call began. */
  function inContext(said: unknown): Pick<Known, 'context' | 'call'> {
    const context = withContext(known.context, asObject(said));
    return { context, call: { ...known.call, tool: context.tool ?? known.call.tool } };
  }

  function initialized(handed: Handed, { hostCapabilities, hostContext }: Result): void {
    if (!handed.ok) {
      change({ connection: { state: 'refused', reason: handed.reason } });
      return;
    }
    notify({ method: 'ui/notifications/initialized', params: {} });
    change({ connection: { state: 'open', can: asObject(hostCapabilities) }, ...inContext(hostContext) });
  }

  function noticed(method: string, params: Result): void {
    if (method === 'ui/notifications/host-context-changed') {
      change(inContext(params));
      return;
    }
    const call = afterNotice(known.call, method, params);
    if (call !== known.call) change({ call });
  }

  function requested(id: RequestId, method: string): void {
    if (method === 'ping' || method === 'ui/resource-teardown') post({ jsonrpc: '2.0', id, result: {} });
    else post({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
    if (method === 'ui/resource-teardown') onClose();
  }

  return {
    known: () => known,
    connect() {
      const params = { appInfo: { name, version: '1' }, appCapabilities: capabilities, protocolVersion: revision };
      request({ method: 'ui/initialize', params }, initialized);
    },
    receive(data) {
      const message = readMessage(data);
      if (message === undefined) return;
      if (message.kind === 'notice') noticed(message.method, message.params);
      else if (message.kind === 'request') requested(message.id, message.method);
      else {
        const onEnd = open.get(message.id);
        open.delete(message.id);
        if (message.kind === 'result') onEnd?.({ ok: true }, message.result);
        else onEnd?.({ ok: false, reason: message.reason }, {});
      }
    },
    resized(height) {
      if (known.connection.state !== 'open' || height === lastHeight) return;
      lastHeight = height;
      notify({ method: 'ui/notifications/size-changed', params: { height } });
    },
    openLink: (url) => asked({ method: 'ui/open-link', params: { url } }),
    hand(text) {
      const { connection } = known;
      if (connection.state !== 'open') return Promise.resolve({ ok: false, reason: 'the client does not answer' });
      const content = [{ type: 'text' as const, text }];
      return handsLater(known)
        ? asked({ method: 'ui/update-model-context', params: { content } })
        : asked({ method: 'ui/message', params: { role: 'user', content } });
    },
  };
}

/** Whether what is handed to the client waits for the next turn. A host that declares neither way may still take messages. */
export const handsLater = ({ connection }: Known): boolean =>
  connection.state === 'open' && isObject(connection.can.updateModelContext) && !isObject(connection.can.message);

/** Whether the host opens addresses for the view. */
export const opensLinks = ({ connection }: Known): boolean =>
  connection.state === 'open' && isObject(connection.can.openLinks);
