import { readFileSync } from 'node:fs';
import { CallError } from '../../../../tools/contract/failure.js';
import { asObject, isObject, type Result } from '../../../../tools/contract/json.js';
import { getSubscriber } from '../../../../tools/endpoints/subscribers.js';
import { channels } from '../../../../tools/message/channels.js';
import { actOnSubscriber } from '../../../../tools/workflows/for-each/action.js';
import { parseInput } from '../../../account/call/stages/read-arguments.js';
import { plainTool, type Tool } from '../../../account/policy/tool.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';
import type { Row, Table } from '../table/csv-table.js';
import { checkTemplate, EmptyCell, filled } from './template.js';

/** What the command line asks for; one of the actions, and fields beside a flow. */
export interface JobOptions {
  readonly idColumn?: string | undefined;
  readonly addTag?: string | undefined;
  readonly removeTag?: string | undefined;
  /** Columns that are fields: `column` or `field=column`, separated by commas; `true` for all but the ids. */
  readonly setFields?: string | true | undefined;
  readonly sendText?: string | undefined;
  readonly channel?: string | undefined;
  /** Path of a JSON file with the data of manychat_send_content. */
  readonly sendContent?: string | undefined;
  readonly sendFlow?: string | undefined;
}

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

const idNames = ['subscriber_id', 'id', 'contact_id', 'user_id', 'psid'];

function idColumnOf(wanted: string | undefined, columns: readonly string[]): string {
  const named = (name: string) => columns.find((column) => column.toLowerCase().replace(/[\s-]+/g, '_') === name);
  const found =
    wanted === undefined ? idNames.map(named).find((each) => each !== undefined) : named(wanted.toLowerCase());
  const exact = wanted !== undefined && columns.includes(wanted) ? wanted : found;
  if (exact !== undefined) return exact;
  const which = wanted === undefined ? `a column of contact ids (${idNames.join(', ')})` : `a column "${wanted}"`;
  throw new UsageError(`the table lacks ${which}; it has ${columns.join(', ')}. Name it with --id-column`);
}

/** Fields by name, each with the column its value comes from. */
function fieldColumns(wanted: string | true, idColumn: string, columns: readonly string[]): Record<string, string> {
  const pairs =
    wanted === true
      ? columns.filter((name) => name !== idColumn).map((name) => ({ field: name, column: name }))
      : wanted.split(',').map((part) => {
          const [field = '', column = field] = part.split('=').map((each) => each.trim());
          return { field, column };
        });
  for (const [index, { field, column }] of pairs.entries()) {
    if (/[{}|]/.test(column)) throw new UsageError(`the column "${column}" cannot be used: its name holds {, } or |`);
    const twice = pairs.findIndex((each) => each.field.toLowerCase() === field.toLowerCase()) < index;
    if (twice) throw new UsageError(`--set-fields names the field "${field}" twice`);
  }
  return Object.fromEntries(pairs.map(({ field, column }) => [field, `{{${column}}}`]));
}

function readContent(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--send-content: ${errorMessage(error)}`);
  }
  const data = parseJson(text.replace(/^\uFEFF/, ''));
  if (data === undefined) throw new UsageError(`--send-content: ${path} is not JSON`);
  return data;
}

function checkChannel(channel: string | undefined, sendText: string | undefined): void {
  if (channel === undefined) return;
  if (sendText === undefined) throw new UsageError('--channel belongs to --send-text');
  const known: readonly string[] = channels;
  if (known.includes(channel) || channel.includes('{{')) return;
  throw new UsageError(`--channel must be one of ${channels.join(', ')}, not "${channel}"`);
}

function actionOf(options: JobOptions, idColumn: string, columns: readonly string[]): Record<string, unknown> {
  const { addTag, removeTag, setFields, sendText, sendContent, sendFlow, channel } = options;
  const fields = setFields === undefined ? undefined : fieldColumns(setFields, idColumn, columns);
  const flow = sendFlow !== undefined;
  const actions = [
    addTag !== undefined && { action: 'add_tag', tag_name: addTag },
    removeTag !== undefined && { action: 'remove_tag', tag_name: removeTag },
    fields !== undefined && !flow && { action: 'set_fields', fields },
    sendText !== undefined && { action: 'send_text', text: sendText, ...(channel !== undefined && { channel }) },
    sendContent !== undefined && { action: 'send_content', data: readContent(sendContent) },
    flow && { action: 'send_flow', flow_ns: sendFlow, ...(fields !== undefined && { fields }) },
  ].filter((each) => each !== false);
  const [action, ...others] = actions;
  if (action === undefined || others.length > 0) {
    throw new UsageError(
      'say what to do, once: --add-tag, --remove-tag, --set-fields, --send-text, --send-content or --send-flow (which takes --set-fields as well)',
    );
  }
  checkChannel(channel, sendText);
  return action;
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
