import { type Effect, effectRules } from '../../../tools/contract/effect.js';
import type { Declaration } from '../../../tools/contract/endpoint.js';
import type { AccountSettings, Policy } from '../../config/accounts/settings.js';

/** What decides how a tool is offered. */
type ToolFacts = Pick<Declaration, 'api' | 'effect'> & { readonly name: string };

/** A tool that an account is offered, and the form it has there. */
export interface Offered<Tool> {
  readonly tool: Tool;
  /** It takes a `connection_id`: every ManyChat tool through Maton does, unless one connection is pinned. */
  readonly takesConnection: boolean;
  /** A call returns the requests that it would make. */
  readonly dryRun: boolean;
}

/**
 * The tools an account is offered: those that were chosen, without those that change something if the account is
 * read-only, and without the connection tools if it does not use Maton. What a client is shown and what a call is
 * checked against both come from here.
 */
export function offeredOf<Tool extends ToolFacts>(
  tools: readonly Tool[],
  { access, connection, policy }: Pick<AccountSettings, 'access' | 'connection' | 'policy'>,
): Offered<Tool>[] {
  const direct = access.mode === 'direct';
  return tools
    .filter(({ name, api, effect }) => {
      const allowed = !policy.readOnly || effectRules[effect].readOnly;
      return allowed && policy.chosen.has(name) && !(direct && api === 'connections');
    })
    .map((tool) => ({
      tool,
      takesConnection: tool.api === 'manychat' && !direct && connection === undefined,
      dryRun: policy.dryRun && !effectRules[tool.effect].readOnly,
    }));
}

const confirmedEffects: Readonly<Record<Policy['confirm'], readonly Effect[]>> = {
  nothing: [],
  destroy: ['destroy'],
  sends: ['destroy', 'send'],
};

/** Whether the user has to confirm calls with an effect. */
export const needsConfirmation = (effect: Effect, confirm: Policy['confirm']): boolean =>
  confirmedEffects[confirm].includes(effect);
