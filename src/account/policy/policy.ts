import { type Effect, effectRules } from '../../../tools/contract/effect.js';
import type { Declaration } from '../../../tools/contract/endpoint.js';
import type { Access, AccountSettings, Policy } from '../../config/accounts/settings.js';

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

/** What an account's offer depends on. Its key is not among it, so no key is read for a list of tools. */
export interface OfferSettings extends Pick<AccountSettings, 'connection' | 'policy' | 'reader'> {
  readonly access: Pick<Access, 'mode'>;
  /** Present if the account hears what its contacts write. */
  readonly inbound?: object | undefined;
}

/** Whether an account has what an API is about. Only those of Maton have connections, and only those that hear have messages. */
export const hasApi = (
  api: Declaration['api'],
  { access, inbound }: Pick<OfferSettings, 'access' | 'inbound'>,
): boolean => (api === 'connections' ? access.mode !== 'direct' : api !== 'inbox' || inbound !== undefined);

/**
 * The tools an account is offered: those that were chosen, without those that change something if the account is
 * read-only, and without those of an API that it does not have. What a client is shown and what a call is checked
 * against both come from here.
 */
export function offeredOf<Tool extends ToolFacts>(tools: readonly Tool[], settings: OfferSettings): Offered<Tool>[] {
  const { access, connection, policy } = settings;
  const direct = access.mode === 'direct';
  return tools
    .filter(({ name, api, effect }) => {
      const allowed = !policy.readOnly || effectRules[effect].readOnly;
      return allowed && policy.chosen.has(name) && hasApi(api, settings);
    })
    .map((tool) => ({
      tool,
      takesConnection: tool.api === 'manychat' && !direct && connection === undefined,
      dryRun: policy.dryRun && !effectRules[tool.effect].readOnly,
    }));
}

/** A tool that several accounts are offered. */
export interface JointlyOffered<Tool> extends Offered<Tool> {
  /** The accounts that a call of the tool chooses from: those that are offered it. Empty if it concerns none. */
  readonly accounts: readonly string[];
  /** Of these, the accounts with which a call may name a connection. */
  readonly withConnection: readonly string[];
}

/** An account among several, as far as the offer depends on it. */
export interface OfferedAccount extends Pick<OfferSettings, 'connection' | 'inbound'> {
  readonly name: string;
  readonly mode: Access['mode'];
}

/** The tools that any of several accounts is offered. They share one policy. */
export function offeredOfAll<Tool extends ToolFacts>(
  tools: readonly Tool[],
  accounts: readonly OfferedAccount[],
  policy: Policy,
): JointlyOffered<Tool>[] {
  const offers = accounts.map(({ name, mode, connection, inbound }) => {
    const offered = offeredOf(tools, { access: { mode }, connection, policy, inbound });
    return { name, tools: new Map(offered.map((each) => [each.tool, each])) };
  });
  return tools.flatMap((tool) => {
    const having = offers.flatMap(({ name, tools: own }) => {
      const offered = own.get(tool);
      return offered === undefined ? [] : [{ name, offered }];
    });
    const [first] = having;
    if (first === undefined) return [];
    const withConnection = having.filter(({ offered }) => offered.takesConnection).map(({ name }) => name);
    return {
      ...first.offered,
      takesConnection: withConnection.length > 0,
      accounts: tool.api === 'none' ? [] : having.map(({ name }) => name),
      withConnection,
    };
  });
}

const confirmedEffects: Readonly<Record<Policy['confirm'], readonly Effect[]>> = {
  nothing: [],
  destroy: ['destroy'],
  sends: ['destroy', 'send'],
};

/** Whether the user has to confirm calls with an effect. */
export const needsConfirmation = (effect: Effect, confirm: Policy['confirm']): boolean =>
  confirmedEffects[confirm].includes(effect);
