import * as z from 'zod';
import { isLoopback } from '../address.js';
import { milliseconds, nameList, onOff, texts } from './forms.js';
import { signInSettings } from './sign-in.js';

/** The address under which clients reach the server, without a path. */
const publicUrl = z.string().transform((text, context): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url !== undefined && isSafe && url.pathname === '/' && url.username === '' && !/[?#]/.test(text)) return url;
  context.addIssue({
    code: 'custom',
    message: 'must be an address like https://manychat.example.com, without a path; plain http is for loopback only',
  });
  return z.NEVER;
});

export const portNumber = () =>
  z.coerce
    .number({ error: 'must be a number' })
    .int({ error: 'must be a whole number' })
    .min(0, { error: 'must be a port from 0 to 65535' })
    .max(65_535, { error: 'must be a port from 0 to 65535' });

/** The settings of a server over HTTP, in reading order. No name ends in `_PORT`: Kubernetes sets such variables for a service. */
export const servingSettings = {
  MANYCHAT_MCP_HTTP: onOff().register(texts, {
    flag: 'http',
    serving: true,
    description: 'serve MCP over HTTP, under /mcp, instead of on stdin and stdout',
    summary: 'serve over HTTP instead of on stdin and stdout',
  }),
  MANYCHAT_MCP_HTTP_HOST: z
    .string()
    .regex(/^[\w.:[\]-]+$/, { error: 'must be a host name or an IP address' })
    .default('127.0.0.1')
    .register(texts, {
      flag: 'host',
      value: 'HOST',
      serving: true,
      description: 'address to listen on; 127.0.0.1 by default. Any address beyond loopback needs a sign-in',
      summary: 'address to listen on (default: 127.0.0.1)',
    }),
  MANYCHAT_MCP_HTTP_PORT_NUMBER: portNumber().default(8_808).register(texts, {
    flag: 'port',
    value: 'N',
    serving: true,
    description: 'port to listen on; 8808 by default, and 0 is any free one',
    summary: 'port to listen on (default: 8808; 0: any free port)',
  }),
  MANYCHAT_MCP_PUBLIC_URL: publicUrl.optional().register(texts, {
    flag: 'public-url',
    value: 'URL',
    serving: true,
    description:
      'address under which clients reach the server, such as https://manychat.example.com; its host name is accepted beside those of loopback',
    summary: 'address under which clients reach the server',
  }),
  MANYCHAT_MCP_ALLOWED_HOSTS: nameList().register(texts, {
    flag: 'allowed-hosts',
    value: 'NAMES',
    list: true,
    serving: true,
    description: 'further host names that requests may name in their Host header, without ports, separated by commas',
    summary: 'further host names that requests may name',
  }),
  MANYCHAT_MCP_ALLOWED_ORIGINS: nameList().register(texts, {
    flag: 'allowed-origins',
    value: 'NAMES',
    list: true,
    serving: true,
    description: 'further host names of web pages whose requests are accepted (the Origin header), separated by commas',
    summary: 'further host names of pages that may send requests',
  }),
  MANYCHAT_MCP_METRICS_PORT_NUMBER: portNumber().optional().register(texts, {
    flag: 'metrics-port',
    value: 'N',
    serving: true,
    description:
      'port on 127.0.0.1 on which /metrics shows measurements in the text format of Prometheus; without it nothing is measured. 0 is any free port',
    summary: 'show measurements on /metrics of this loopback port',
  }),
  ...signInSettings,
  MANYCHAT_MCP_DRAIN_MS: milliseconds(0, 120_000, 5_000).register(texts, {
    flag: 'drain-ms',
    value: 'N',
    serving: true,
    description:
      'how long a server that is stopped still accepts requests, while /readyz says that it ends, in milliseconds; 5000 by default',
    summary: 'how long it accepts requests after SIGTERM (default: 5000)',
  }),
};
