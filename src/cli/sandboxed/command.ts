import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';
import { type SandboxStart, startForUser } from './start-sandbox.js';

/** Runs the sandbox alone and prints how to reach it; resolves when the process is asked to end. */
export async function runSandbox(start: SandboxStart, { environment, print, ending }: Shell): Promise<ExitCode> {
  const sandbox = await startForUser(start);
  print(`Sandbox of Maton and ManyChat at ${sandbox.url}`);
  print(`Its page for a browser: ${sandbox.url}/`);
  if ((environment.MATON_API_KEY ?? '') !== '') {
    print('MATON_API_KEY is already set: the export below replaces it in this shell only. The sandbox never sees it.');
  }
  print('');
  print(`export MATON_API_KEY=${sandbox.matonKey}`);
  print(`export MATON_GATEWAY_URL=${sandbox.url} MATON_CONTROL_URL=${sandbox.url} MANYCHAT_API_URL=${sandbox.url}`);
  print(`curl -H "Authorization: Bearer $MATON_API_KEY" ${sandbox.url}/manychat/fb/page/getInfo`);
  print(`curl ${sandbox.url}/sandbox             # what is in it: keys, contacts, routes`);
  print(`curl ${sandbox.url}/sandbox/messages    # messages sent so far, by contact`);
  if (!ending.aborted) await new Promise((resolve) => ending.addEventListener('abort', resolve, { once: true }));
  await sandbox.close();
  return exitCodes.done;
}
