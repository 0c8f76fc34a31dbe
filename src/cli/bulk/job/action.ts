import { readFileSync } from 'node:fs';
import { channels } from '../../../../tools/message/channels.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';

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

const idNames = ['subscriber_id', 'id', 'contact_id', 'user_id', 'psid'];

export function idColumnOf(wanted: string | undefined, columns: readonly string[]): string {
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

export function actionOf(options: JobOptions, idColumn: string, columns: readonly string[]): Record<string, unknown> {
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
