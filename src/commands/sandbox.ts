import { codeOf } from '../reason.js';
import { startSandbox } from '../sandbox/index.js';
import { type ExitCode, exitCodes, type Shell, UsageError } from '../shell.js';

/** Runs the sandbox alone and says how to reach it; resolves when the process is asked to end. */
export async function runSandbox(
  port: number,
  followers: number,
  key: string | undefined,
  { print, ending }: Shell,
): Promise<ExitCode> {
  const options = { port, followers, ...(key !== undefined && { matonKey: key }) };
  const sandbox = await startSandbox(options).catch((error: unknown) => {
    const taken = codeOf(error) === 'EADDRINUSE';
    throw taken ? new UsageError('the port is taken; choose another with --port') : error;
  });
  print(`Sandbox of Maton and ManyChat at ${sandbox.url}`);
  print('');
  print(`export MATON_GATEWAY_URL=${sandbox.url} MATON_CONTROL_URL=${sandbox.url}`);
  if (key === undefined) print(`export MATON_API_KEY=${sandbox.matonKey}`);
  print(`curl -H "Authorization: Bearer $MATON_API_KEY" ${sandbox.url}/manychat/fb/page/getInfo`);
  print(`curl ${sandbox.url}/sandbox             # what is in it: keys, contacts, routes`);
  print(`curl ${sandbox.url}/sandbox/messages    # who was sent what`);
  if (!ending.aborted) await new Promise((resolve) => ending.addEventListener('abort', resolve, { once: true }));
  await sandbox.close();
  return exitCodes.done;
}
