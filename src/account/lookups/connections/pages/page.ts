import { asObject, type Result } from '../../../../../tools/contract/json.js';
import { idText, quoted } from '../../../../../tools/contract/quoted.js';

/** The ManyChat page behind a connection. What ManyChat does not tell is an empty string. */
export interface Page {
  readonly id: string;
  readonly name: string;
}

const scalarText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** The page in a result of manychat_get_page, or in an item of manychat_list_connections; undefined if it has none. */
export function pageIn(result: Result): Page | undefined {
  const { id, name } = asObject(result.page);
  const page = { id: scalarText(id), name: scalarText(name) };
  return page.id === '' && page.name === '' ? undefined : page;
}

/** A page as a result shows it. */
export const pageResult = ({ id, name }: Page): Result => ({ ...(id !== '' && { id }), ...(name !== '' && { name }) });

/** A page by name and id, for a sentence. */
export function pageText({ id, name }: Page): string {
  const title = name === '' ? 'a page without a name' : quoted(name);
  return id === '' ? title : `${title} (page ${idText(id)})`;
}
