import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argumentsOf } from '../../src/cli/commands/call/assignments.js';
import { jsonMistake } from '../../src/cli/commands/call/json-mistake.js';
import { readArguments } from '../../src/cli/commands/call/read-arguments.js';
import { decodeText } from '../../src/cli/shell/decode-text.js';
import { parseJson } from '../../src/upstream/client/lossless-json.js';
import { useFolder } from '../support/folder.js';
import { recordingShell } from '../support/shell.js';

const write = useFolder();
const noFile = async (): Promise<string> => '';

describe('arguments as words', () => {
  test.each([
    [['name=Maria Garcia'], { name: 'Maria Garcia' }],
    [['text=a=b:=c'], { text: 'a=b:=c' }],
    [['text='], { text: '' }],
    [['text={"a":1}'], { text: '{"a":1}' }],
    [['text=line 1\nline 2'], { text: 'line 1\nline 2' }],
    [['count:=5', 'all:=true', 'list:=["a"]', 'none:=null'], { count: 5, all: true, list: ['a'], none: null }],
    [['subscriber_id:=24958501110451908'], { subscriber_id: '24958501110451908' }],
    [['fields[First Name]=Ana', 'fields[n]:=2'], { fields: { 'First Name': 'Ana', n: 2 } }],
    [['ids[]=1', 'ids[]=2'], { ids: ['1', '2'] }],
    [['ids[0]=1', 'ids[1]=2'], { ids: ['1', '2'] }],
    [['m[0][type]=text', 'm[0][text]=Hi', 'm[][type]=file'], { m: [{ type: 'text', text: 'Hi' }, { type: 'file' }] }],
    [['data:={"version":"v2"}', 'data[content][messages]:=[]'], { data: { version: 'v2', content: { messages: [] } } }],
    [['a[__proto__]=x'], { a: Object.fromEntries([['__proto__', 'x']]) }],
  ])('%j are %j', async (words, args) => {
    expect(await argumentsOf(words, noFile)).toEqual(args);
  });

  test.each([
    [['a=1', 'a=2'], '"a" is given twice'],
    [['a[b]=1', 'a[b]=2'], '"a[b]" is given twice'],
    [['a=1', 'a[b]=2'], '"a[b]" is in an object, and "a" is none'],
    [['a[b]=1', 'a[]=2'], '"a[]" is in a list, and "a" is none'],
    [['a[]=1', 'a[b]=2'], '"a[b]" is in an object, and "a" is none'],
    [['a[2]=1'], '"a[2]" comes before "a[0]"'],
    [['a:={b:1}'], 'the value of a is not JSON: names need double quotes\n  {b:1}\n   ^ line 1, column 2'],
    [['a:=Maria'], 'the value of a is not JSON: texts need double quotes'],
    [['a:=Maria'], 'a=TEXT gives a text.'],
    [['a:='], 'the value of a is not JSON: it is empty'],
  ])('%j are refused: %s', async (words, message) => {
    await expect(argumentsOf(words, noFile)).rejects.toThrow(message);
  });

  test('can name a file with JSON for one argument', async () => {
    const path = write('data.json', '{"version":"v2"}');
    const { shell } = recordingShell({});
    const read = (words: string[]) => readArguments({ words, file: undefined }, 'send_content', shell);
    expect(await read(['subscriber_id=1', `data:=@${path}`])).toEqual({ subscriber_id: '1', data: { version: 'v2' } });
    await expect(read(['data:=@/nowhere'])).rejects.toThrow(/^@: ENOENT/);
    expect(await read(['text=@maria'])).toEqual({ text: '@maria' });
  });
});

describe('a mistake in JSON', () => {
  test.each([
    ['{name:"Maria"}', 'names need double quotes', 1, 2],
    ["{'name':'Maria'}", 'it has \' for quotes; JSON has " only', 1, 2],
    ['{“name”: "Maria"}', 'it has typographic quotes; JSON has " only', 1, 2],
    ['{"name":“Maria”}', 'it has typographic quotes; JSON has " only', 1, 9],
    ['{"name":"Maria",}', 'there is a comma before the closing bracket', 1, 17],
    ['{"ids":["1",]}', 'there is a comma before the closing bracket', 1, 13],
    ['{"name":"Maria"', 'it ends too early: a } or ] is missing', 1, 16],
    ['{"name":"Maria', 'the closing " is missing', 1, 15],
    ['{"name":Maria}', 'texts need double quotes', 1, 9],
    ['{"ok":True}', 'JSON has true, false and null, in lower case', 1, 7],
    ['{"ok":None}', 'JSON has true, false and null, in lower case', 1, 7],
    ['{"a":1 "b":2}', 'a comma is missing', 1, 8],
    ['{"a" 1}', 'a colon is missing after a name', 1, 6],
    ['{"a":1} {"b":2}', 'something follows the end', 1, 9],
    ['{"a":1 // one\n}', 'JSON has no comments', 1, 8],
    ['{"a":"x\ny"}', 'a line break or tab inside a text is written \\n or \\t', 1, 8],
    ['{"a":"C:\\dir"}', 'a backslash inside a text is written \\\\', 1, 9],
    ['{\n  "a": 1,\n  b: 2\n}', 'names need double quotes', 3, 3],
    ['{\r\n  "a": 1,\r\n  b: 2\r\n}', 'names need double quotes', 3, 3],
    ['{"a":1,,"b":2}', 'a name in double quotes is missing', 1, 8],
  ])('%j is named with its place: %s', (text, name, line, column) => {
    const [first = '', shown = '', mark = ''] = jsonMistake(text).split('\n');
    expect(first).toBe(name);
    const faulty = text.split('\n')[line - 1]?.replace('\r', '');
    expect(shown.trimEnd()).toBe(`  ${faulty}`.replace('\t', ' '));
    expect(mark).toBe(`${' '.repeat(column + 1)}^ line ${line}, column ${column}`);
  });

  test('in a long text is shown with what is near it', () => {
    const [, shown = '', mark = ''] = jsonMistake(`{"a":"${'x'.repeat(500)}",b:"${'y'.repeat(500)}"}`).split('\n');
    expect(shown.length).toBeLessThan(80);
    expect(shown.slice(mark.indexOf('^'))).toMatch(/^b:"y/);
  });

  test.each(['', ' \n'])('%j is called empty', (text) => {
    expect(jsonMistake(text)).toBe('it is empty');
  });

  test('is found in any text that is not JSON, and shown within 80 columns', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '1',
      'a',
      "'",
      '\\',
      '\n',
      '\t',
      ' ',
      'true',
      '“',
      '/',
    );
    const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (each) => {
        if (parseJson(each) !== undefined || each.startsWith('\uFEFF')) return;
        const lines = jsonMistake(each).split('\n');
        if (each.trim() === '') {
          expect(lines).toEqual(['it is empty']);
          return;
        }
        expect(lines).toHaveLength(3);
        expect(lines[2]).toMatch(/^ {2,42}\^ line \d+, column \d+$/);
        expect(lines.filter((line) => line.length > 80)).toEqual([]);
      }),
    );
  });

  test('is called depth if it is too deep', () => {
    expect(jsonMistake('['.repeat(200_000))).toBe('it is nested too deep');
  });
});

describe('JSON that a shell has damaged', () => {
  const { shell } = recordingShell({}, { program: 'npx manychat-mcp' });
  const read = (...words: string[]) => readArguments({ words, file: undefined }, 'find_subscribers_by_name', shell);

  test.each([
    [
      ['{name:Maria}'],
      /names need double quotes\n {2}\{name:Maria\}\n {3}\^ line 1, column 2\nThe shell took the double/,
    ],
    [['{name:Maria Garcia}'], /The shell took the double quotes away, as PowerShell 5, cmd and bash/],
    [
      ['{name:Maria', 'Garcia}'],
      /not JSON:\n {2}\{name:Maria\n {2}Garcia\}\nThe shell took the quotes away and cut the JSON/,
    ],
    [["'{name:Maria Garcia}'"], /cmd does not take ' for quotes/],
    [["'{name:", "Maria}'"], /cmd does not take ' for quotes/],
  ])('%j is refused with the reason and another way', async (words, message) => {
    await expect(read(...words)).rejects.toThrow(message);
    await expect(read(...words)).rejects.toThrow(
      /\nGive the arguments as NAME=VALUE, or the JSON with --file PATH or - for stdin\.\nnpx manychat-mcp tools find_subscribers_by_name shows an example\.$/,
    );
  });

  test.each([[['name:Maria', 'text:Hi']], [['name=Maria', 'Garcia']]])('%j are no arguments', async (words) => {
    await expect(read(...words)).rejects.toThrow(/is not an argument like NAME=VALUE\. Quote what has blanks/);
  });

  test('is not blamed on the shell if its quotes are there', async () => {
    await expect(read('{"name":"Maria",}')).rejects.toThrow(/^(?!.*shell took)/s);
  });

  test('is refused without showing a key', async () => {
    await expect(read('123456:0123456789abcdef0123')).rejects.toThrow(/^(?!.*0123456789)"\[key\]" is not/s);
  });
});

describe('the text of a file', () => {
  const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

  test.each([
    [Buffer.from('{"a":"é"}')],
    [Buffer.from('\uFEFF{"a":"é"}')],
    [utf16('\uFEFF{"a":"é"}')],
    [utf16('\uFEFF{"a":"é"}').swap16()],
  ])('is read in the encoding that it declares: %#', (bytes) => {
    expect(decodeText(bytes, 'x')).toBe('{"a":"é"}');
  });

  test.each([
    [utf16('{"a":1}'), 'a.json is UTF-16 without a byte-order mark: save it as UTF-8'],
    [utf16('{"a":1}').swap16(), 'a.json is UTF-16 without a byte-order mark: save it as UTF-8'],
    [Buffer.from('{"a":"é"}', 'latin1'), 'a.json is not UTF-8: save it as UTF-8'],
    [Buffer.concat([utf16('\uFEFF{"a":1}'), Buffer.from([0])]), 'a.json is broken UTF-16: save it as UTF-8'],
  ])('is refused in another: %#', (bytes, message) => {
    expect(() => decodeText(bytes, 'a.json')).toThrow(message);
  });

  test('is empty if the file is', () => {
    expect(decodeText(Buffer.alloc(0), 'x')).toBe('');
  });
});
