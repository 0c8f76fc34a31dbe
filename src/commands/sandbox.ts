import { startSandbox } from '../sandbox/index.js';

/** Runs the sandbox alone and says how to reach it; resolves when `ending` has fired. */
export async function runSandbox(
  port: number,
  key: string | undefined,
  print: (line: string) => void,
  ending: AbortSignal,
): Promise<void> {
  const sandbox = await startSandbox({ port, ...(key !== undefined && { matonKey: key }) });
  print(`Sandbox of Maton and ManyChat at ${sandbox.url}`);
  print('');
  print(`export MATON_GATEWAY_URL=${sandbox.url} MATON_CONTROL_URL=${sandbox.url}`);
  if (key === undefined) print(`export MATON_API_KEY=${sandbox.matonKey}`);
  print(`curl -H "Authorization: Bearer $MATON_API_KEY" ${sandbox.url}/manychat/fb/page/getInfo`);
  print(`curl ${sandbox.url}/sandbox             # what is in it: keys, contacts, routes`);
  print(`curl ${sandbox.url}/sandbox/messages    # who was sent what`);
  if (!ending.aborted) await new Promise((resolve) => ending.addEventListener('abort', resolve, { once: true }));
  await sandbox.close();
}
