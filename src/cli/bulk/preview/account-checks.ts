import { CallError, type Failure } from '../../../../tools/contract/failure.js';
import { asObject, isObject, type Result } from '../../../../tools/contract/json.js';
import { type Reference, type ReferenceKind, referencesIn } from '../../../../tools/contract/reference.js';
import { getPage } from '../../../../tools/endpoints/page.js';
import { actionFieldValues } from '../../../../tools/message/actions.js';
import { fitValues, listedFieldValues, type TypeOf } from '../../../../tools/values/field-values.js';
import { actOnSubscriber } from '../../../../tools/workflows/for-each/action.js';
import type { Account } from '../../../account/account.js';
import { aboutName } from '../../../account/call/stages/explain-refusal.js';
import { createFieldTypes } from '../../../account/lookups/field-types.js';
import { lists } from '../../../account/lookups/names.js';
import { createNameList, type NameList } from '../../../account/lookups/true-names.js';
import { plainTool } from '../../../account/policy/tool.js';
import type { LookupSide } from '../../match/look-up.js';

/** The account that a job is checked against. */
export interface CheckedAccount {
  readonly call: Account['call'];
  /** The connection that the job would use. */
  readonly connectionId: string | undefined;
  readonly signal: AbortSignal;
}

/** Why the account cannot be read. */
export interface ReadFailure {
  readonly failure: Failure;
}

/** Reads the page of the account, through the connection that the job would use. */
export async function readPage(
  { call, pipeline }: Account,
  signal: AbortSignal,
): Promise<{ readonly account: CheckedAccount; readonly page: Result } | ReadFailure> {
  try {
    const connectionId = await pipeline.connectionOf(actOnSubscriber, undefined, signal);
    const outcome = await call(plainTool(getPage), {}, { signal, connectionId });
    if (!outcome.ok) return outcome;
    return { account: { call, connectionId, signal }, page: asObject(outcome.result.page) };
  } catch (error) {
    if (error instanceof CallError) return { failure: error.failure };
    throw error;
  }
}

/** Says what is wrong with the arguments for one contact, as far as the account shows it. */
export type ProblemsOf = (input: Result) => readonly string[];

/** What the arguments refer to by name, a flow by its ns. */
function namesIn(input: Result): Reference[] {
  const { flow_ns: name } = input;
  const flow: Reference[] = typeof name === 'string' ? [{ kind: 'flow', name }] : [];
  return [...referencesIn(actOnSubscriber, input), ...flow];
}

/** Whether a row can have names of its own. Content is not looked into. */
const hasNamesOfRows = ({ tag_name, flow_ns, data }: Result): boolean =>
  JSON.stringify([tag_name, flow_ns, data]).includes('{{');

const unchanged = (text: string): string => text;

/** Reads a list of the account. */
export async function readList(
  kind: ReferenceKind,
  { call, connectionId, signal }: LookupSide,
): Promise<{ readonly items: unknown } | ReadFailure> {
  const { endpoint, key } = lists[kind];
  const outcome = await call(plainTool(endpoint), {}, { signal, connectionId, whole: true });
  return outcome.ok ? { items: outcome.result[key] } : { failure: outcome.failure };
}

const fieldKind = 'custom field';

/** The values of fields in the arguments that do not fit their types. */
function valueProblems(input: Result, typeOf: TypeOf): readonly string[] {
  const { fields, data } = input;
  const listed = Object.entries(asObject(fields)).map(([field_name, field_value]) => ({ field_name, field_value }));
  return [
    ...fitValues(listedFieldValues(fieldKind), { fields: listed }, typeOf).problems,
    ...(isObject(data) ? fitValues(actionFieldValues, { data }, typeOf).problems : []),
  ];
}

/**
 * Reads the lists of what a job refers to: one request for each kind of thing.
 * @param action what is done, with placeholders.
 * @param sample the arguments for one contact. Those for the others refer to the same kinds.
 * @returns without `problemsOf` if there is nothing to check.
 */
export async function readChecks(
  action: Result,
  sample: Result,
  account: CheckedAccount,
): Promise<{ readonly problemsOf: ProblemsOf | undefined } | ReadFailure> {
  const nameLists = new Map<ReferenceKind, NameList>();
  let typeOf: TypeOf | undefined;
  for (const kind of new Set(namesIn(sample).map((each) => each.kind))) {
    const read = await readList(kind, account);
    if ('failure' in read) return read;
    const { items } = read;
    nameLists.set(kind, createNameList(kind, kind === 'flow' ? { flows: items } : items, unchanged));
    if (kind === fieldKind) typeOf = await createFieldTypes(() => 0).of(fieldKind, '', async () => items);
  }
  if (nameLists.size === 0) return { problemsOf: undefined };
  const known = new Map<string, readonly string[]>();
  function nameProblem(reference: Reference): readonly string[] {
    const list = nameLists.get(reference.kind);
    if (list === undefined) return [];
    const match = list.match(reference.name);
    // What is only shown under the name is found in the run.
    if (match.found === 'exact' || match.found === 'shown') return [];
    return [aboutName(actOnSubscriber, { reference, match, list }) ?? ''];
  }
  const nameProblems = (input: Result): readonly string[] =>
    namesIn(input).flatMap((reference) => {
      const key = `${reference.kind} ${reference.name}`;
      const problem = known.get(key) ?? nameProblem(reference);
      known.set(key, problem);
      return problem;
    });
  const ofEveryRow = hasNamesOfRows(action) ? undefined : nameProblems(sample);
  return {
    problemsOf(input) {
      const names = ofEveryRow ?? nameProblems(input);
      return typeOf === undefined ? names : [...names, ...valueProblems(input, typeOf)];
    },
  };
}
