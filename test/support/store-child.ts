/* A process that adds to a counter in a SQLite file: its arguments are the path, and how often. Prints each result. */
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import { visits } from './counter.js';

const [path = '', times = '0'] = process.argv.slice(2);
const store = await openSqliteStore({ path, load: () => import('node:sqlite') });
for (let index = 0; index < Number(times); index += 1) {
  const result = await store.transact([visits], (transaction) => {
    const next = (transaction.read(visits) ?? 0) + 1;
    transaction.write(visits, next, 60_000);
    return next;
  });
  process.stdout.write(`${result}\n`);
}
await store.close();
