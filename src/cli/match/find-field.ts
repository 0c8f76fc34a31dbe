import type { Failure } from '../../../tools/contract/failure.js';
import { asObject, toList } from '../../../tools/contract/json.js';
import { idText, quoted } from '../../../tools/contract/quoted.js';
import { listCustomFields } from '../../../tools/endpoints/fields.js';
import { createNameList } from '../../account/lookups/true-names.js';
import { plainTool } from '../../account/policy/tool.js';
import { UsageError } from '../../config/usage-error.js';
import { closest } from '../../text/closest.js';
import type { MatchedField } from './cell.js';
import type { LookupSide } from './look-up.js';

const kind = 'custom field';

/**
 * Finds the custom field by which contacts are looked up.
 * @throws UsageError if there is none with this name, or several, or ManyChat cannot search its type.
 */
export async function findField(
  name: string,
  { call, ...side }: LookupSide,
): Promise<MatchedField | { readonly failure: Failure }> {
  const outcome = await call(plainTool(listCustomFields), {}, { ...side, whole: true });
  if (!outcome.ok) return { failure: outcome.failure };
  const items = toList(outcome.result.custom_fields) ?? [];
  const fields = createNameList(kind, items, (text) => text);
  const match = fields.match(name);
  const things = match.found === 'shown' ? [match.thing] : match.found === 'none' ? [] : match.things;
  const [thing, ...others] = things;
  if (thing === undefined) {
    const near = closest(name, fields.candidates, 3).map(({ label }) => label);
    const suggestion = near.length === 0 ? '' : `; the closest are ${near.join(', ')}`;
    throw new UsageError(`--match-field: there is no custom field ${quoted(name)}${suggestion}`);
  }
  if (others.length > 0) {
    const ids = things.map(({ id }) => idText(id)).join(', ');
    throw new UsageError(
      `--match-field: ${quoted(name)} is shown for several custom fields (${ids}): rename one in ManyChat`,
    );
  }
  const { type } = asObject(items.find((item) => String(asObject(item).id) === thing.id));
  if (type === 'text' || type === 'number') return { id: thing.id, type };
  throw new UsageError(
    `--match-field: the field ${quoted(name)} is of type ${idText(type)}, and ManyChat finds contacts only by fields of type text or number`,
  );
}
