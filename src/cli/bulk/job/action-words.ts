import { asObject } from '../../../../tools/contract/json.js';
import { clipped, quoted } from '../../../../tools/contract/quoted.js';

/** An action in the imperative, with its contacts. */
export function actionText(
  { action, tag_name, flow_ns, channel = 'auto' }: Readonly<Record<string, unknown>>,
  contacts: string,
): string {
  switch (action) {
    case 'add_tag':
      return `Add the tag ${quoted(tag_name)} to ${contacts}`;
    case 'remove_tag':
      return `Remove the tag ${quoted(tag_name)} from ${contacts}`;
    case 'set_fields':
      return `Set fields of ${contacts}`;
    case 'send_flow':
      return `Start the flow ${quoted(flow_ns)} for ${contacts}`;
    case 'send_content':
      return `Send the content to ${contacts}`;
    default:
      return `Send the text (channel ${String(channel)}) to ${contacts}`;
  }
}

/** An action with what tells it from others, after "its action is". */
export function actionWords(value: unknown): string {
  const action = asObject(value);
  const { text, data, fields } = action;
  const names = Object.entries(asObject(fields)).map(([field, cell]) => `${quoted(field)} = ${quoted(cell)}`);
  const more = [
    ...(text === undefined ? [] : [quoted(text)]),
    ...(data === undefined ? [] : [clipped(JSON.stringify(data))]),
    ...names,
  ];
  const words = actionText(action, 'its contacts');
  return `"${words}"${more.length === 0 ? '' : `, ${more.join(', ')}`}`;
}

/** What the contacts of a job are known by, after "its contacts are known by". */
export function matchWords(value: unknown): string {
  const { by, column, field } = asObject(value);
  return `the ${by === 'field' ? `field ${quoted(field)}` : String(by)} in column ${quoted(column)}`;
}
