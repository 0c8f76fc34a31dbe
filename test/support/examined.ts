import type { Shell } from '../../src/cli/shell/shell.js';
import { runHere } from './shell.js';

/** The result of doctor. */
export interface Examined {
  readonly code: number;
  readonly ok: boolean;
  readonly checks: { name: string; status: string; found: string; items?: string[]; advice?: string }[];
  /** Status by name. */
  readonly statuses: Record<string, string>;
  /** Finding and advice of a check. */
  text(name: string): string;
}

/** Runs `doctor --json` in this process. */
export async function examined(
  environment: Record<string, string>,
  args: string[] = [],
  replaced: Partial<Shell> = {},
): Promise<Examined> {
  const { code, out } = await runHere(['doctor', '--json', ...args], environment, replaced);
  const { ok, checks }: Pick<Examined, 'ok' | 'checks'> = JSON.parse(out);
  return {
    code,
    ok,
    checks,
    statuses: Object.fromEntries(checks.map(({ name, status }) => [name, status])),
    text(name) {
      const check = checks.find((each) => each.name === name);
      return `${check?.found} | ${check?.advice?.replaceAll('\n', ' ') ?? ''}`;
    },
  };
}

/** The status of every check if nothing is wrong. */
export const allWell = {
  node: 'ok',
  settings: 'ok',
  key: 'ok',
  proxy: 'ok',
  'shared limits': 'ok',
  gateway: 'ok',
  clock: 'ok',
  'key accepted': 'ok',
  connections: 'ok',
  page: 'ok',
};
