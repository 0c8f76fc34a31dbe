import type { Declaration } from '../../../../tools/contract/endpoint.js';

/** The scopes of this server, as tokens of the identity provider hold them. */
export const scopes = ['manychat:read', 'manychat:write', 'manychat:send', 'manychat:admin'] as const;

/** One of the scopes. */
type Scope = (typeof scopes)[number];

/** The scope that a tool needs. What changes the account for everybody needs the last. */
export function scopeOf({ api, effect }: Pick<Declaration, 'api' | 'effect'>): Scope {
  if (effect === 'read') return 'manychat:read';
  if (effect === 'destroy' || api === 'connections') return 'manychat:admin';
  return effect === 'send' ? 'manychat:send' : 'manychat:write';
}
