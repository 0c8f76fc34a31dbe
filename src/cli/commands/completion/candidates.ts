import type { Command, Option } from 'commander';
import { asObject } from '../../../../tools/contract/json.js';
import { channelChoices } from '../../../../tools/message/channels.js';
import { settings } from '../../../config/settings.js';
import { toolsetNames } from '../../../config/tool-names.js';
import type { Catalogue, ListedTool } from '../../../mcp/listing/catalogue.js';

/** What can stand at the cursor: a word, and a few words about it. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** The shells for which there is a script. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

const prefix = 'manychat_';

const words = (values: readonly string[]): Candidate[] => values.map((word) => ({ word, about: '' }));

/** Tools without their prefix, or with it once it is typed. */
const toolWords = (tools: readonly ListedTool[], typed: string): Candidate[] =>
  tools.map(({ name, title }) => ({ word: typed.startsWith(prefix) ? name : name.replace(prefix, ''), about: title }));

/** The words of a command line up to the cursor without their quotes; the last is the one at the cursor. */
function wordsIn(line: string): string[] {
  const found = line.match(/(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|\\.|[^\s"'\\])+/gs) ?? [];
  return [...found, ...(/\s$/.test(line) || line === '' ? [''] : [])].map((word) => word.replaceAll(/["']/g, ''));
}

/** What can be completed: the tools, and the names of the accounts in the accounts file. */
export interface Known extends Catalogue {
  readonly accounts: readonly string[];
  /** The accounts that calls choose from, if there are several. */
  readonly choices: readonly string[];
}

/** Names as words that no shell takes apart: a hyphen means the same as a blank. Names with other signs are left out. */
const accountWords = (names: readonly string[]): Candidate[] =>
  words(names.map((name) => name.replaceAll(' ', '-')).filter((name) => /^[\p{L}\p{M}\p{N}.+_-]+$/u.test(name)));

/** The values of an option, by its name; undefined for a path or a free text. */
function valuesOf(option: string, typed: string, { tools, accounts }: Known): Candidate[] | undefined {
  const { MANYCHAT_MCP_CONFIRM, MANYCHAT_MCP_RESULTS, MANYCHAT_MCP_LOG_LEVEL } = settings.shape;
  const choices: Readonly<Record<string, () => Candidate[]>> = {
    toolsets: () => words(toolsetNames(tools)),
    tools: () => toolWords(tools, typed),
    'exclude-tools': () => toolWords(tools, typed),
    confirm: () => words(MANYCHAT_MCP_CONFIRM.unwrap().options),
    results: () => words(MANYCHAT_MCP_RESULTS.unwrap().options),
    'log-level': () => words(MANYCHAT_MCP_LOG_LEVEL.unwrap().options),
    channel: () => words(channelChoices),
    account: () => accountWords(accounts),
  };
  return choices[option]?.();
}

/** The words that begin an argument of a tool, or are one whose value is at the cursor. */
function argumentWords(
  { inputSchema, api }: ListedTool,
  typed: string,
  { connectionArgument, choices: accounts }: Known,
): Candidate[] {
  const properties: Readonly<Record<string, unknown>> = {
    ...(api !== 'none' && accounts.length > 0 && { account: { type: 'string', description: 'Account' } }),
    ...asObject(inputSchema.properties),
    ...(api === 'connections' ? {} : asObject(connectionArgument.properties)),
  };
  const [name = '', text] = typed.split(/:?=/, 2);
  if (text !== undefined) {
    if (name === 'account')
      return accountWords(accounts).map(({ word, about }) => ({ word: `account=${word}`, about }));
    const choices = asObject(properties[name]).enum;
    return Array.isArray(choices) ? words(choices.map((choice) => `${name}=${choice}`)) : [];
  }
  return Object.entries(properties).map(([key, schema]) => {
    const { type, description } = asObject(schema);
    const about = typeof description === 'string' ? description : '';
    return { word: `${key}${type === 'string' || Array.isArray(type) ? '=' : ':='}`, about };
  });
}

const optionWords = (options: readonly Option[]): Candidate[] =>
  options.flatMap(({ long, description, hidden }) => (hidden || !long ? [] : [{ word: long, about: description }]));

/** What the words before the cursor are: a command, its positional words, and an option that waits for its value. */
function parsed(before: readonly string[], program: Command) {
  const optionOf = (word: string, command: Command | undefined): Option | undefined =>
    [...(command?.options ?? []), ...program.options].find(({ long, short }) => word === long || word === short);
  let command: Command | undefined;
  const positional: string[] = [];
  let waiting: Option | undefined;
  for (const word of before) {
    if (waiting !== undefined) waiting = undefined;
    else if (word.startsWith('-')) {
      const option = optionOf(word, command);
      waiting = option?.required === true ? option : undefined;
    } else if (command === undefined) command = program.commands.find((each) => each.name() === word);
    else positional.push(word);
  }
  return { command, positional, waiting };
}

/** The text before the last comma, for options that take a list. */
const listed = (typed: string): string => typed.slice(0, typed.lastIndexOf(',') + 1);

function allCandidates(line: string, program: Command, catalogue: Known): Candidate[] {
  const [, ...all] = wordsIn(line);
  const current = all.at(-1) ?? '';
  const { command, positional, waiting } = parsed(all.slice(0, -1), program);
  const attached = /^--([\w-]+)=/.exec(current);
  const option = waiting?.name() ?? attached?.[1];
  if (option !== undefined) {
    const typed = current.slice(attached?.[0].length ?? 0);
    const start = (attached?.[0] ?? '') + listed(typed);
    const last = typed.slice(listed(typed).length);
    return (valuesOf(option, last, catalogue) ?? []).map(({ word, about }) => ({ word: start + word, about }));
  }
  if (current.startsWith('-')) return optionWords([...(command?.options ?? []), ...program.options]);
  const commandWords = program
    .createHelp()
    .visibleCommands(program)
    .map((each) => ({ word: each.name(), about: each.summary() || each.description() }));
  const [tool] = positional;
  switch (command?.name()) {
    case undefined:
      return commandWords;
    case 'help':
      return positional.length === 0 ? commandWords : [];
    case 'completion':
      return positional.length === 0 ? words(shells) : [];
    case 'tools':
      return tool === undefined ? toolWords(catalogue.tools, current) : [];
    case 'call': {
      if (tool === undefined) return toolWords(catalogue.tools, current);
      const known = catalogue.tools.find(({ name }) => name === tool || name === prefix + tool);
      const used = positional.slice(1).map((word) => word.split(/[[:=]/, 1)[0]);
      return known === undefined
        ? []
        : argumentWords(known, current, catalogue).filter(({ word }) => !used.includes(word.split(/:?=/, 1)[0]));
    }
    default:
      return [];
  }
}

/**
 * What can stand at the end of a command line. Nothing where a path or a free text is expected.
 * @param line the line up to the cursor, as it is typed.
 */
export function candidates(line: string, program: Command, catalogue: Known): Candidate[] {
  const current = wordsIn(line).at(-1) ?? '';
  return allCandidates(line, program, catalogue).filter(({ word }) => word.startsWith(current));
}
