import { effectRules } from '../../../tools/contract/effect.js';
import type { Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import type { Log } from '../telemetry/log.js';
import type { Tool } from './tool.js';

/** What a call came to. */
type Came = { readonly result: Result } | { readonly failure: Failure };

/** Records who has changed or sent something, or tried to. */
export type Audit = (tool: Tool, principal: string | undefined, came: Came) => void;

const outcomeOf = (came: Came) => {
  if ('result' in came) return { outcome: came.result.dry_run === true ? 'dry_run' : 'done' };
  const { kind, performed } = came.failure;
  return { outcome: kind, performed };
};

/**
 * Creates the audit of an account that a team uses: a line of the log for each call of a tool that writes, with who called
 * it and what it came to. It has no arguments and no ids of contacts. An account of one person has none.
 */
export const createAudit =
  (log: Log, { reader, name, identity }: Pick<AccountSettings, 'reader' | 'name' | 'identity'>): Audit =>
  ({ declaration: { name: tool, effect } }, principal, came) => {
    if (reader !== 'member' || principal === undefined || effectRules[effect].readOnly) return;
    log.info({ principal, account: name ?? identity.slice(0, 8), tool, ...outcomeOf(came) }, 'audit');
  };
