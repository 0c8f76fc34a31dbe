import { oneOf } from '../control/checks.js';
import type { Account } from '../manychat/account.js';
import type { Tunnels } from '../manychat/calling/address.js';
import type { Random } from '../world/random.js';
import { buildPage, pageKeys } from './page.js';
import { collectProblems } from './problems.js';
import { account, propertiesOf } from './properties.js';
import { tunnelsOf } from './tunnels.js';
import { moment } from './values.js';

const connectionStates = ['ACTIVE', 'PENDING', 'NONE'] as const;

/** The pages of a prepared account; no second page leaves that of the sandbox's own account. */
export interface PreparedAccounts {
  first: Account;
  second: Account | undefined;
  secondConnection: (typeof connectionStates)[number];
  tunnels: Tunnels;
}

/** The time at which a sandbox starts: the one asked for, or that of the prepared account. @throws PreparationError */
export function startOf(now: string | undefined, prepared: unknown): number | undefined {
  const problems = collectProblems();
  if (now !== undefined) {
    const start = problems.during(() => moment('now', now), undefined);
    problems.throwIfAny();
    return start;
  }
  // What is wrong with the account is reported when it is built, all at once.
  return prepared === undefined
    ? undefined
    : propertiesOf(prepared, account, accountKeys, problems).get('now', moment, undefined);
}

const accountKeys = ['now', ...pageKeys, 'tunnels', 'second_page', 'second_connection'];

const firstPageId = 123456789;
const secondPageId = 104000000000777;

/** Builds the pages of an account from JSON; `now` is in milliseconds. @throws PreparationError with all that is wrong */
export function buildAccount(prepared: unknown, now: number, random: Random): PreparedAccounts {
  const problems = collectProblems();
  const properties = propertiesOf(prepared, account, accountKeys, problems);
  properties.get('now', moment, now);
  const first = buildPage(properties, { problems, now }, random, firstPageId);
  const second = properties.get(
    'second_page',
    (place, value) => {
      const page = propertiesOf(value, place, pageKeys, problems);
      return buildPage(page, { problems, now }, random, secondPageId);
    },
    undefined,
  );
  if (second?.page.id === first.page.id) problems.add('second_page.page.id must differ from the id of the first page.');
  const secondConnection = properties.get(
    'second_connection',
    (place, value) => oneOf(place, value, connectionStates),
    second === undefined ? 'NONE' : 'ACTIVE',
  );
  const tunnels = tunnelsOf(properties);
  problems.throwIfAny();
  return { first, second, secondConnection, tunnels };
}
