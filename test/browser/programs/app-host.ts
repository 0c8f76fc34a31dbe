/* The page of a host with MCP Apps: the reference bridge, and a view of another origin in a sandboxed frame. */
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

/** What the view asked of its host, and what it reported. */
const seen: { method: string; params: unknown }[] = [];

const frame = document.querySelector('iframe');
const options = JSON.parse(document.querySelector('#options')?.textContent ?? '{}');
if (frame?.contentWindow === null || frame === null) throw new Error('no frame');

const bridge = new AppBridge(null, { name: 'host', version: '1' }, options.capabilities, {
  hostContext: options.hostContext,
});
const opened = new Promise<void>((resolve) => {
  bridge.oninitialized = () => resolve();
});
bridge.onsizechange = (params) => {
  seen.push({ method: 'size', params });
  frame.style.height = `${params.height}px`;
};
bridge.onmessage = async (params) => {
  seen.push({ method: 'message', params });
  return options.refuses === true ? { isError: true } : {};
};
bridge.onopenlink = async (params) => {
  seen.push({ method: 'open-link', params });
  return options.refuses === true ? { isError: true } : {};
};
bridge.onupdatemodelcontext = async (params) => {
  seen.push({ method: 'context', params });
  return {};
};
bridge.oncalltool = async (params) => {
  seen.push({ method: 'call', params });
  return { content: [] };
};

Object.assign(window, { bridge, opened, seen });
await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
// The view begins as soon as it is loaded, so the bridge listens first.
frame.src = options.address;
