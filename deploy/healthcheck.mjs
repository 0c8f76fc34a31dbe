// Is the server of this container well? With a server over stdio nothing listens, and there is nothing to check.
const { MANYCHAT_MCP_HTTP = '', MANYCHAT_MCP_HTTP_PORT_NUMBER: port = '8808' } = process.env;

const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(3_000) }).catch(
  (error) => error,
);
const nothingListens = response instanceof Error && response.cause?.code === 'ECONNREFUSED';
const isStdio = ['', '0', 'false', 'no', 'off'].includes(MANYCHAT_MCP_HTTP.toLowerCase());
process.exitCode = response.ok || (nothingListens && isStdio) ? 0 : 1;
