/** What an account has by name. */
export type ReferenceKind = 'tag' | 'custom field' | 'bot field' | 'flow' | 'OTN topic';

/** A thing of the account that a call names; a flow by its ns. */
export interface Reference {
  readonly kind: ReferenceKind;
  readonly name: string;
}

/** The references to things of one kind, of those names that are there. */
export const referencesTo = (kind: ReferenceKind, ...names: readonly (string | undefined)[]): Reference[] =>
  names.flatMap((name) => (name === undefined ? [] : [{ kind, name }]));

/** How a question calls the things of an account: by name where it is known, else by id. Names are quoted and cut. */
export interface Naming {
  contact(id: unknown): string;
  /** Their number, and the first of them. */
  contacts(ids: readonly unknown[]): string;
  /** Who gave a checkbox opt-in. */
  userRef(ref: unknown): string;
  tag(id: unknown): string;
  flow(ns: unknown): string;
  /** The page behind a connection. */
  connection(id: unknown): string;
  /** A name that the call itself gives. */
  quoted(name: unknown): string;
}
