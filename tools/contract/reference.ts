import type { Result } from './json.js';

/** Things of an account that have a name. */
export const referenceKinds = ['tag', 'custom field', 'bot field', 'flow', 'OTN topic'] as const;

/** A kind of things that have a name. */
export type ReferenceKind = (typeof referenceKinds)[number];

/** A thing that a call refers to by name, a flow by its ns. */
export interface Reference {
  readonly kind: ReferenceKind;
  readonly name: string;
}

/** Returns the name to use instead of the one in a reference. */
export type ChangeName = (reference: Reference) => string;

/** A copy of an input in which each name of a thing, and nothing else, is replaced by what `change` returns. */
export type MapNames<Input> = (input: Input, change: ChangeName) => Result;

/** For an input with one name, which may be left out. */
export const oneName =
  <Key extends string>(kind: ReferenceKind, key: Key): MapNames<{ readonly [Name in Key]?: string | undefined }> =>
  (input, change) => {
    const name = input[key];
    return name === undefined ? input : { ...input, [key]: change({ kind, name }) };
  };

/** For an input with a list of `fields`, some of them by name. */
export const namesInList =
  (kind: ReferenceKind): MapNames<{ readonly fields: readonly { readonly field_name?: string | undefined }[] }> =>
  (input, change) => ({
    ...input,
    fields: input.fields.map((field) =>
      field.field_name === undefined ? field : { ...field, field_name: change({ kind, name: field.field_name }) },
    ),
  });

/** For an input with `fields`, values of custom fields by name, which may be left out. */
export const namesInRecord: MapNames<{ readonly fields?: Result | undefined }> = (input, change) =>
  input.fields === undefined
    ? input
    : {
        ...input,
        fields: Object.fromEntries(
          Object.entries(input.fields).map(([name, value]) => [change({ kind: 'custom field', name }), value]),
        ),
      };

/** The things that an input refers to by name. */
export function referencesIn<Input>(
  { mapNames }: { readonly mapNames?: MapNames<Input> | undefined },
  input: Input,
): Reference[] {
  const references: Reference[] = [];
  mapNames?.(input, (reference) => {
    references.push(reference);
    return reference.name;
  });
  return references;
}

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
  /** A thing that the call names. */
  named(reference: Reference): string;
  flow(ns: unknown): string;
  /** The page behind a connection. */
  connection(id: unknown): string;
}

/**
 * Whether a text can be the id of a connection. It goes into a header and a URL path, so it is printable ASCII and
 * neither `.` nor `..`.
 */
export const isConnectionId = (text: string): boolean => /^(?!\.{1,2}$)[!-~]{1,200}$/.test(text);

/** Whether a text is an id as Maton issues them, a UUID. It needs no look-up. */
export const isMatonId = (text: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** Whether a text can name a connection, by its id or by the name of its page. */
export const namesConnection = (text: string): boolean =>
  text.length <= 200 && text.trim() !== '' && !/[\p{Cc}\u2028\u2029]/u.test(text);
