import { UsageError } from '../../../config/usage-error.js';
import { withoutHidden } from '../../../text/safe-text.js';

const shownForm = (name: string): string => withoutHidden(name).trim();

/** The form in which names are equal that differ in case, or in blanks, hyphens and underscores: "First Name" and first_name. */
export const looseForm = (name: string): string =>
  shownForm(name)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');

const listed = (names: readonly string[]): string => names.map((each) => `"${each}"`).join(', ');

/**
 * The column with this name, else the only one that is shown so, since the headings of a spreadsheet may have characters
 * that are not shown, else the only one that is written alike. Undefined if there is none.
 * @throws UsageError if several columns have this name, are shown so, or are written alike.
 */
export function columnNamed(name: string, columns: readonly string[]): string | undefined {
  const same = columns.filter((each) => each === name).length;
  if (same > 1) throw new UsageError(`the table has ${same} columns named "${name}": give them different names`);
  if (same === 1) return name;
  const form = shownForm(name);
  const shown = columns.filter((each) => shownForm(each) === form);
  if (shown.length > 1) throw new UsageError(`several columns are shown as "${form}": give them different names`);
  if (shown.length === 1) return shown[0];
  const loose = looseForm(name);
  const alike = columns.filter((each) => looseForm(each) === loose);
  if (alike.length > 1) {
    throw new UsageError(`"${name}" may mean the columns ${listed(alike)}: write the name as the table has it`);
  }
  return alike[0];
}
