/** What a call does to the world. MCP annotations and the retry rule derive from this one word. */
export type Effect = 'read' | 'set' | 'create' | 'remove' | 'destroy' | 'send';

/** What follows from an effect. `repeatable`: the call may be retried after an ambiguous failure. */
export interface EffectRule {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
  readonly repeatable: boolean;
}

/** The rule for each effect. */
export const effectRules: Readonly<Record<Effect, EffectRule>> = {
  read: { readOnly: true, destructive: false, idempotent: true, repeatable: true },
  set: { readOnly: false, destructive: false, idempotent: true, repeatable: true },
  create: { readOnly: false, destructive: false, idempotent: false, repeatable: false },
  remove: { readOnly: false, destructive: true, idempotent: true, repeatable: true },
  destroy: { readOnly: false, destructive: true, idempotent: true, repeatable: false },
  send: { readOnly: false, destructive: true, idempotent: false, repeatable: false },
};
