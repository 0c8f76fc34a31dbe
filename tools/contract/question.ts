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
