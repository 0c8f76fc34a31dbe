import { once } from 'node:events';
import process from 'node:process';
import { answerContacts } from './agent.js';

const { MODEL: model, SERVER: server = '../../dist/manychat-mcp.js', ...env } = process.env;
if (model === undefined)
  throw new Error('set MODEL to the name of a model at the AI Gateway, such as openai/gpt-5-mini');

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) once(process, signal).then(() => ending.abort());
const launch = { command: process.execPath, args: [server, '--inbound', '8081', '--inbound-mode', 'reply'], env };
await answerContacts({ model, launch, signal: ending.signal });
