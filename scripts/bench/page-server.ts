/*
 * A sandbox with many contacts, each of which has written twice, in a process of its own. It sends the address of its page to
 * its parent.
 */
import { startSandbox } from '../../src/sandbox/index.js';

const [, , followers = '0'] = process.argv;
const sandbox = await startSandbox({ limits: false, followers: Number(followers) });
for (const text of ['Are you open on Sunday?', 'And on Monday?']) {
  for (let index = 0; index < Number(followers); index += 1) {
    sandbox.contactWrites(String(800_000_000_001 + index), { text });
  }
}
process.once('disconnect', () => process.exit());
process.send?.(`${sandbox.url}/`);
