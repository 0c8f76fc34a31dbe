/* What MCP alone costs: a server made with the SDK, in the way ours is, whose only tool does nothing. */
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

serveStdio(() => {
  const server = new McpServer({ name: 'empty', version: '1' }, { capabilities: { tools: { listChanged: false } } });
  server.registerTool('empty', {}, () => ({ content: [] }));
  return server;
});
