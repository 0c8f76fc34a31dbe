/** Things of an account that have a name. */
export type ReferenceKind = 'tag' | 'custom field' | 'bot field' | 'flow' | 'OTN topic';

/** A thing that a call refers to by name, a flow by its ns. */
export interface Reference {
  readonly kind: ReferenceKind;
  readonly name: string;
}

/** References of one kind; undefined names are skipped. */
export const referencesTo = (kind: ReferenceKind, ...names: readonly (string | undefined)[]): Reference[] =>
  names.flatMap((name) => (name === undefined ? [] : [{ kind, name }]));

/**
 * How a question to the user words the things that a call refers to: by name where the name is known, else by id. Names
 * are quoted and cut.
 */
export interface Naming {
  contact(id: unknown): string;
  /** The number of contacts, and the first few. */
  contacts(ids: readonly unknown[]): string;
  /** The contact who gave a checkbox opt-in. */
  userRef(ref: unknown): string;
  tag(id: unknown): string;
  flow(ns: unknown): string;
  /** The page behind a connection. */
  connection(id: unknown): string;
  /** A name that the call itself contains. */
  quoted(name: unknown): string;
}
