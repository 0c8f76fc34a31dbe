/** What a call does to the world: the one word from which MCP annotations and the retry rule follow. */
export type Effect = 'read' | 'set' | 'create' | 'remove' | 'destroy' | 'send';

/** What follows from an effect. `repeatable`: may the same call be made again after an ambiguous failure? */
export interface EffectRule {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
  readonly repeatable: boolean;
}

/** The meaning of each effect, read by the server (annotations) and by the gateway client (repeats). */
export const effectRules: Readonly<Record<Effect, EffectRule>> = {
  read: { readOnly: true, destructive: false, idempotent: true, repeatable: true },
  set: { readOnly: false, destructive: false, idempotent: true, repeatable: true },
  create: { readOnly: false, destructive: false, idempotent: false, repeatable: false },
  remove: { readOnly: false, destructive: true, idempotent: true, repeatable: true },
  destroy: { readOnly: false, destructive: true, idempotent: true, repeatable: false },
  send: { readOnly: false, destructive: true, idempotent: false, repeatable: false },
};
