import { type JsonFault, jsonFault } from '../../../upstream/client/lossless-json.js';

/** Characters shown before and after the fault. */
const before = 40;
const after = 30;

/** The usual mistakes, by what stands at the fault and before it. The first that fits is named. */
const mistakes: readonly {
  readonly fits: (rest: string, read: string, reason: string) => boolean;
  readonly name: string;
}[] = [
  { fits: (rest, _, reason) => rest === '' && reason.includes('End of string'), name: 'the closing " is missing' },
  { fits: (rest) => rest === '', name: 'it ends too early: a } or ] is missing' },
  { fits: (rest) => /^[“”„‟«»]/.test(rest), name: 'it has typographic quotes; JSON has " only' },
  { fits: (rest) => /^['‘’`]/.test(rest), name: 'it has \' for quotes; JSON has " only' },
  {
    fits: (rest, read) => /^[}\]]/.test(rest) && /,\s*$/.test(read),
    name: 'there is a comma before the closing bracket',
  },
  { fits: (rest) => /^(\/[/*]|#)/.test(rest), name: 'JSON has no comments' },
  {
    fits: (rest) => /^(true|false|null|none|nan|undefined)\b/i.test(rest),
    name: 'JSON has true, false and null, in lower case',
  },
  {
    fits: (rest, _, reason) => reason.includes('key expected') && /^[\w$-]/.test(rest),
    name: 'names need double quotes',
  },
  { fits: (rest, _, reason) => reason.includes('key') && rest !== '', name: 'a name in double quotes is missing' },
  { fits: (_, __, reason) => reason.startsWith('Comma'), name: 'a comma is missing' },
  { fits: (_, __, reason) => reason.startsWith('Colon'), name: 'a colon is missing after a name' },
  { fits: (_, __, reason) => reason.startsWith('Expected end'), name: 'something follows the end' },
  {
    fits: (_, __, reason) => reason.startsWith('Invalid character'),
    name: 'a line break or tab inside a text is written \\n or \\t',
  },
  { fits: (_, __, reason) => reason.startsWith('Invalid escape'), name: 'a backslash inside a text is written \\\\' },
  { fits: (_, __, reason) => reason.startsWith('Invalid unicode'), name: '\\u needs four hexadecimal digits' },
  { fits: (rest) => /^[A-Za-z]/.test(rest), name: 'texts need double quotes' },
];

function nameOf({ reason, position }: JsonFault, text: string): string {
  const [read, rest] = [text.slice(0, position), text.slice(position)];
  return mistakes.find(({ fits }) => fits(rest, read, reason))?.name ?? 'this is not JSON';
}

/** What is wrong with a text that is not JSON: the mistake, the line, and a mark below it with the place. */
export function jsonMistake(text: string): string {
  if (text.trim() === '') return 'it is empty';
  const fault = jsonFault(text);
  if (fault === undefined) return 'it is nested too deep';
  const { position } = fault;
  const lineStart = text.lastIndexOf('\n', position - 1) + 1;
  const line = text.slice(0, position).split('\n').length;
  const column = position - lineStart + 1;
  const name = nameOf(fault, text);
  const start = Math.max(lineStart, position - before);
  const [rest = ''] = text.slice(position, position + after).split('\n');
  const shown = `${text.slice(start, position)}${rest}`.replaceAll(/[\t\r]/g, ' ');
  return `${name}\n  ${shown}\n  ${' '.repeat(position - start)}^ line ${line}, column ${column}`;
}
