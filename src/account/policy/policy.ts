import { effectRules } from '../../../tools/contract/effect.js';
import type { Declaration } from '../../../tools/contract/endpoint.js';
import type { Config } from '../../config/config.js';

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
