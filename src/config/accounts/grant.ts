import type { Policy } from './settings.js';

/**
 * What a principal may do on a server for a team. A grant narrows what the server is configured to do, and never widens it:
 * see `narrowed`. Two grants with the same content are the same grant.
 */
export interface Grant {
  /** The accounts of the accounts file, by the names that they have there; or all that the server offers. */
  readonly accounts: 'all' | readonly string[];
  /** The connections, by id or by the name of their page; absent: every connection of the accounts. */
  readonly connections?: readonly string[] | undefined;
  /** The full names of the tools; absent: every tool that the server offers. */
  readonly tools?: readonly string[] | undefined;
  /** Nothing that changes or sends is offered or carried out. */
  readonly readOnly: boolean;
  /** What the user is asked to confirm first, as `Policy.confirm`; absent: what the server is configured with. */
  readonly confirm?: Policy['confirm'] | undefined;
  /** As `Policy.unconfirmed`: only `refuse` narrows. */
  readonly unconfirmed?: Policy['unconfirmed'] | undefined;
}

/** What a person may do who has started the server for themselves. */
export const everything: Grant = { accounts: 'all', readOnly: false };

/** The values of `Policy.confirm`, the most permissive one first. */
const confirmations = ['nothing', 'destroy', 'sends'] as const satisfies readonly Policy['confirm'][];

/** A policy with what a grant takes away from it: of each part, the narrower one holds. */
export function narrowed(policy: Policy, { tools, readOnly, confirm = policy.confirm, unconfirmed }: Grant): Policy {
  const granted = tools === undefined ? undefined : new Set(tools);
  return {
    ...policy,
    chosen: granted === undefined ? policy.chosen : new Set([...policy.chosen].filter((name) => granted.has(name))),
    granted,
    readOnly: policy.readOnly || readOnly,
    unconfirmed: unconfirmed === 'refuse' ? 'refuse' : policy.unconfirmed,
    confirm:
      confirmations[Math.max(...[policy.confirm, confirm].map((each) => confirmations.indexOf(each)))] ?? 'sends',
  };
}
