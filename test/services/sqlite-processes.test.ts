import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectProgram, pinnedId, through } from '../support/program.js';
import { startUpstream } from '../support/upstream.js';
import { processesContract, send } from './support/processes-contract.js';
import { temporaryFolder } from './support/temporary.js';

processesContract('state file', async () => ({ MANYCHAT_MCP_STATE_FILE: join(temporaryFolder(), 'state.db') }));

test('a process says once that the state file cannot be used, and goes on', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'state.db');
  writeFileSync(path, 'not a database, and long enough to be read as one: '.repeat(20));
  const upstream = await startUpstream();
  onTestFinished(() => upstream.close());
  const { client, stderr } = await connectProgram({
    ...through(upstream.url),
    MATON_CONNECTION_ID: pinnedId,
    MANYCHAT_MCP_STATE_FILE: path,
  });
  onTestFinished(() => client.close());
  await Promise.all([send(client, 'Hello'), send(client, 'Hello'), send(client, 'Bye')]);
  await send(client, 'Good night');
  expect(upstream.arrived).toHaveLength(3);
  expect(stderr().match(/cannot be used: it is no SQLite file/g)).toHaveLength(1);
  expect(stderr()).not.toContain('ExperimentalWarning');
});
