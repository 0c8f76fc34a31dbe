import { readFileSync } from 'node:fs';
import { channelChoices } from '../../../../tools/message/channels.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';
import { jsonMistake } from '../../commands/call/json-mistake.js';
import type { MatchOptions } from '../../match/match.js';
import { decodeText } from '../../shell/decode-text.js';
import { columnNamed } from '../table/column-name.js';

/** Flags that say what to do: one action, and optionally fields beside a flow. */
export interface JobOptions extends MatchOptions {
  readonly idColumn?: string | undefined;
  /** The column that names the account of each row; `true` for the one that is called so. */
  readonly accountColumn?: string | true | undefined;
  /** Go on although the ids look as if a spreadsheet had rounded them. */
  readonly trustIds?: true | undefined;
  readonly addTag?: string | undefined;
  readonly removeTag?: string | undefined;
  /** Columns that hold fields: `column` or `field=column`, separated by commas; `true` for all except the ids. */
  readonly setFields?: string | true | undefined;
  readonly sendText?: string | undefined;
  readonly channel?: string | undefined;
  /** Path of a JSON file with the `data` of manychat_send_content. */
  readonly sendContent?: string | undefined;
  readonly sendFlow?: string | undefined;
}

/** A custom field and the column that holds its values. */
interface FieldColumn {
  readonly field: string;
  readonly column: string;
}

function isColumn(name: string, columns: readonly string[]): boolean {
  try {
    return columnNamed(name, columns) !== undefined;
  } catch {
    // Several columns may be meant: said where the column is looked up.
    return true;
  }
}

/**
 * Reads a part of --set-fields. Names may contain the sign that divides them, so that it divides where a column follows.
 * @throws UsageError if none of its signs does, or several do.
 */
function fieldColumn(part: string, columns: readonly string[]): FieldColumn {
  const divided = [...part.matchAll(/=/g)].map(({ index }) => ({
    field: part.slice(0, index).trim(),
    column: part.slice(index + 1).trim(),
  }));
  const readings = [{ field: part.trim(), column: part.trim() }, ...divided].filter(
    ({ field, column }) => field !== '' && column !== '',
  );
  const [found, other] = readings.filter(({ column }) => isColumn(column, columns));
  if (found !== undefined && other !== undefined) {
    throw new UsageError(
      `--set-fields "${part}" may mean the column "${found.column}" or the column "${other.column}": rename one of them`,
    );
  }
  if (found !== undefined) return found;
  const plain = divided.length < 2 ? readings[divided.length] : undefined;
  if (plain === undefined) {
    throw new UsageError(
      `--set-fields "${part}" must be column or field=column; the columns are ${columns.join(', ')}`,
    );
  }
  return plain;
}

/**
 * Custom fields by name, each with the placeholder of its column.
 * @param noFields columns that hold something else.
 */
function fieldTemplates(
  setFields: string | true,
  noFields: readonly (string | undefined)[],
  columns: readonly string[],
): Record<string, string> {
  const pairs: readonly FieldColumn[] =
    setFields === true
      ? columns.filter((name) => !noFields.includes(name)).map((name) => ({ field: name, column: name }))
      : setFields.split(',').map((part) => fieldColumn(part, columns));
  const seen = new Set<string>();
  for (const { field, column } of pairs) {
    if (/[{}|]/.test(column))
      throw new UsageError(`the column "${column}" cannot be used: its name contains {, } or |`);
    if (seen.has(field.toLowerCase())) throw new UsageError(`--set-fields names the field "${field}" twice`);
    seen.add(field.toLowerCase());
  }
  return Object.fromEntries(pairs.map(({ field, column }) => [field, `{{${column}}}`]));
}

function readContent(path: string): unknown {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`--send-content: ${errorMessage(error)}`);
  }
  const text = decodeText(bytes, path);
  const data = parseJson(text);
  if (data === undefined) throw new UsageError(`--send-content: ${path} is not JSON: ${jsonMistake(text)}`);
  return data;
}

function checkChannel(channel: string | undefined, sendText: string | undefined): void {
  if (channel === undefined) return;
  if (sendText === undefined) throw new UsageError('--channel only goes with --send-text');
  const known: readonly string[] = channelChoices;
  if (known.includes(channel) || channel.includes('{{')) return;
  throw new UsageError(`--channel must be one of ${channelChoices.join(', ')}, not "${channel}"`);
}

/**
 * The action of a command line with its arguments, which may contain placeholders.
 * @param noFields columns that hold something else than fields.
 * @throws UsageError unless it names exactly one action.
 */
export function actionOf(
  options: JobOptions,
  noFields: readonly (string | undefined)[],
  columns: readonly string[],
): Record<string, unknown> {
  const { addTag, removeTag, setFields, sendText, sendContent, sendFlow, channel } = options;
  const fields = setFields === undefined ? undefined : fieldTemplates(setFields, noFields, columns);
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
      'give exactly one action: --add-tag, --remove-tag, --set-fields, --send-text, --send-content or --send-flow (which also takes --set-fields)',
    );
  }
  checkChannel(channel, sendText);
  return action;
}
