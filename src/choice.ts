import type { ActionName } from '../tools/actions.js';
import { type Declaration, effectRules } from '../tools/endpoint.js';
import type { Config } from './config.js';

/** Of a tool, what its offer depends on. */
type Offered = Pick<Declaration, 'api' | 'effect'> & { readonly name: string };

/**
 * Whether a tool makes sense under a configuration: it was chosen, it changes nothing where that is not wanted, and it
 * is not about connections without Maton.
 */
export function isOffered({ api, name, effect }: Offered, config: Config): boolean {
  const allowed = !config.readOnly || effectRules[effect].readOnly;
  return allowed && config.chosen.has(name) && (config.access.mode !== 'direct' || api !== 'connections');
}

/** Whether a tool takes a `connection_id`: every ManyChat tool does through Maton, unless one connection is pinned. */
export const choosesConnection = ({ api }: Pick<Offered, 'api'>, { access, connection }: Config): boolean =>
  api === 'manychat' && access.mode !== 'direct' && connection === undefined;

/** Whether a tool only shows what it would do. */
export const onlyShows = ({ effect }: Pick<Offered, 'effect'>, { dryRun }: Config): boolean =>
  dryRun && !effectRules[effect].readOnly;

/** The tools that do with one contact what an action of manychat_for_each_subscriber does with many. */
export const toolsOfActions: Readonly<Record<ActionName, readonly string[]>> = {
  add_tag: ['manychat_add_tag_to_subscriber', 'manychat_add_tag_to_subscriber_by_name'],
  remove_tag: ['manychat_remove_tag_from_subscriber', 'manychat_remove_tag_from_subscriber_by_name'],
  set_fields: ['manychat_set_custom_field', 'manychat_set_custom_field_by_name', 'manychat_set_custom_fields'],
  send_text: ['manychat_send_text', 'manychat_send_content'],
  send_content: ['manychat_send_content'],
  send_flow: ['manychat_send_flow', 'manychat_set_fields_and_send_flow'],
};

/** Why an action, given with its arguments, is not to be done: every tool that does the same was excluded. */
export function refusedAction(
  { excluded }: Pick<Config, 'excluded'>,
  given: Readonly<Record<string, unknown>>,
): string | undefined {
  const setsFields = given.action === 'send_flow' && given.fields !== undefined;
  const both = !excluded.has('manychat_set_fields_and_send_flow');
  const needed = Object.entries(toolsOfActions).filter(
    ([action]) => action === given.action || (setsFields && !both && action === 'set_fields'),
  );
  const missing = needed.map(([, tools]) => tools).find((tools) => tools.every((tool) => excluded.has(tool)));
  if (missing === undefined) return undefined;
  return `The action ${String(given.action)} is not offered: --exclude-tools leaves out ${missing.join(' and ')}`;
}
