/* The cost of MCP alone: an SDK server, set up like ours, whose only tool does nothing. */
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

serveStdio(() => {
  const server = new McpServer({ name: 'empty', version: '1' }, { capabilities: { tools: { listChanged: false } } });
  server.registerTool('empty', {}, () => ({ content: [] }));
  return server;
});
