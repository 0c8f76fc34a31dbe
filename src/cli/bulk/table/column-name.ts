import { UsageError } from '../../../config/usage-error.js';
import { withoutHidden } from '../../../text/safe-text.js';

const shownForm = (name: string): string => withoutHidden(name).trim();

/**
 * The column with this name, else the only one that is shown so: the headings of a spreadsheet may have characters that
 * are not shown. Undefined if there is none.
 * @throws UsageError if several columns are shown so.
 */
export function columnNamed(name: string, columns: readonly string[]): string | undefined {
  if (columns.includes(name)) return name;
  const form = shownForm(name);
  const [column, ...others] = columns.filter((each) => shownForm(each) === form);
  if (others.length > 0) throw new UsageError(`several columns are shown as "${form}": give them different names`);
  return column;
}
