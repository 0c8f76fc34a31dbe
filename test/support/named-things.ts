import type { UsedCaller } from './sandboxed.js';

/** The warning of a call that reads a name as that of a thing with another true name. */
export const usedText = (kind: string, id: number, name: string) =>
  `"${name}" is read as the ${kind} with id ${id}: no other is shown so, but its true name differs in characters that are not shown. Use the id where a tool takes one.`;

/** Creates things by name, and looks at the requests that were made with names. */
export const withNames = (used: UsedCaller) => ({
  /** The bodies of the requests whose path ends with this segment. */
  bodies: (word: string) =>
    used.sandbox
      .requests()
      .filter(({ path }) => path.endsWith(`/${word}`))
      .map(({ body }) => body),
  async createTag(name: string): Promise<number> {
    const { tag } = await used.result('manychat_create_tag', { name });
    return Object(tag).id;
  },
  async createField(caption: string, type = 'text'): Promise<number> {
    const { custom_field: field } = await used.result('manychat_create_custom_field', { caption, type });
    return Object(field).id;
  },
});
