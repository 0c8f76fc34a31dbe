import { CallError } from '../../../../tools/contract/failure.js';
import { asObject, isObject, type Result } from '../../../../tools/contract/json.js';
import { getSubscriber } from '../../../../tools/endpoints/subscribers.js';
import { actOnSubscriber } from '../../../../tools/workflows/for-each/action.js';
import { parseInput } from '../../../account/call/stages/read-arguments.js';
import { plainTool, type Tool } from '../../../account/policy/tool.js';
import type { Row, Table } from '../table/csv-table.js';
import { actionOf, idColumnOf, type JobOptions } from './action.js';
import { checkTemplate, EmptyCell, filled } from './template.js';

/** What is to be done with the contact of each row. */
export interface Job {
  readonly idColumn: string;
  /** The action with its arguments, cells not yet filled in. */
  readonly action: Readonly<Record<string, unknown>>;
  /** Whether its arguments differ from row to row. */
  readonly differs: boolean;
  /** Whether doing it twice does nothing more. */
  readonly repeatable: boolean;
  /** What a row asks for, or what is wrong with it. */
  wantedOf(row: Row): Wanted | { readonly problem: string };
}

/** What a row asks for: the arguments of its contact's call; none where it leaves everything as it is. */
interface Wanted {
  readonly id: string;
  readonly args: Result | undefined;
}

/** An action that sets fields, without those whose cells are empty: they stay as they are. A flow needs them all. */
function withoutEmptyFields(action: Job['action'], cells: Row['cells']): Job['action'] {
  if (action.action !== 'set_fields' || !isObject(action.fields)) return action;
  const given = Object.entries(action.fields).filter(([, template]) => isGiven(template, cells));
  return { ...action, fields: Object.fromEntries(given) };
}

const setsNothing = ({ action, fields }: Job['action']): boolean =>
  action === 'set_fields' && isObject(fields) && Object.keys(fields).length === 0;

function isGiven(template: unknown, cells: Row['cells']): boolean {
  try {
    return filled(template, cells) !== '';
  } catch {
    return false;
  }
}

/** Puts together what the command line asks for and the table can give; a UsageError names what does not fit. */
export function planJob(options: JobOptions, { columns }: Table): Job {
  const idColumn = idColumnOf(options.idColumn, columns);
  const action = actionOf(options, idColumn, columns);
  checkTemplate(action, columns);
  const [tool, readTool] = [plainTool(actOnSubscriber), plainTool(getSubscriber)];
  const context = { declaration: actOnSubscriber, direct: false };
  return {
    idColumn,
    action,
    differs: JSON.stringify(action).includes('{{'),
    repeatable: !String(action.action).startsWith('send_'),
    wantedOf({ cells }) {
      const given = cells[idColumn] ?? '';
      if (given === '') return { problem: `${idColumn} is empty` };
      const needed = withoutEmptyFields(action, cells);
      const idOf = (tool: Tool, args: Result): string => String(parseInput(tool, args, context).input.subscriber_id);
      try {
        if (setsNothing(needed)) return { id: idOf(readTool, { subscriber_id: given }), args: undefined };
        const args = { subscriber_id: given, ...asObject(filled(needed, cells)) };
        return { id: idOf(tool, args), args };
      } catch (error) {
        if (error instanceof CallError) return { problem: error.failure.message };
        if (error instanceof EmptyCell) return { problem: error.message };
        throw error;
      }
    },
  };
}
