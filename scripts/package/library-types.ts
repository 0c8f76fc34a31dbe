import { readFileSync } from 'node:fs';
import { documentedSettings } from '../../src/config/settings.js';
import { outputSchema, wholeInputSchema } from '../../src/mcp/listing/json-schema.js';
import { kindMeanings } from '../../tools/contract/failure.js';
import { asObject, isObject } from '../../tools/contract/json.js';
import { declarations } from '../../tools/index.js';
import { pathOf } from '../root.js';

/* Writes the declaration file of the library from the declarations. It imports nothing, so that no package is needed to compile with it. */

type Schema = Readonly<Record<string, unknown>>;

const schemasIn = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isObject) : []);

const literal = (value: unknown): string => JSON.stringify(value);

const isName = (key: string): boolean => /^[A-Za-z_$][\w$]*$/.test(key);

const comment = (text: unknown, indent: string): string =>
  typeof text === 'string' && text !== '' ? `${indent}/** ${text.replaceAll('*/', '* /')} */\n` : '';

const union = (types: readonly string[]): string => {
  const different = [...new Set(types)];
  return different.includes('unknown') ? 'unknown' : different.join(' | ');
};

/** The type of what a schema describes. */
function typeOf(schema: Schema, indent = ''): string {
  const alternatives = schemasIn(schema.oneOf ?? schema.anyOf);
  if (alternatives.length > 0) return union(alternatives.map((each) => typeOf(each, indent)));
  if ('const' in schema) return literal(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map(literal));
  const { type } = schema;
  if (Array.isArray(type)) return union(type.map((each) => typeOf({ ...schema, type: each }, indent)));
  if (type === 'array') return `readonly ${grouped(typeOf(asObject(schema.items), indent))}[]`;
  if (type === 'object') return objectType(schema, indent);
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'string' || type === 'boolean' || type === 'null' ? type : 'unknown';
}

const grouped = (type: string): string => (type.includes(' | ') || type.startsWith('readonly ') ? `(${type})` : type);

function objectType(schema: Schema, indent: string): string {
  const inner = `${indent}  `;
  const required = new Set<unknown>(Array.isArray(schema.required) ? schema.required : []);
  const { additionalProperties } = schema;
  const open = isObject(additionalProperties) && Object.keys(additionalProperties).length > 0;
  const lines = Object.entries(asObject(schema.properties)).map(([key, each]) => {
    const property = asObject(each);
    const optional = required.has(key) ? '' : '?';
    const name = isName(key) ? key : literal(key);
    const undefinedToo = optional === '' ? '' : ' | undefined';
    return `${comment(property.description, inner)}${inner}readonly ${name}${optional}: ${typeOf(property, inner)}${undefinedToo};\n`;
  });
  if (lines.length === 0)
    return open
      ? `{ readonly [key: string]: ${typeOf(additionalProperties, inner)} }`
      : '{ readonly [key: string]: unknown }';
  return `{\n${lines.join('')}${indent}}`;
}

/** A type per tool, in an interface of this name. */
const perTool = (name: string, about: string, schemaOf: (tool: (typeof declarations)[number]) => Schema): string =>
  `/** ${about} */\nexport interface ${name} {\n${declarations
    .map((tool) => `${comment(tool.description, '  ')}  readonly ${tool.name}: ${typeOf(schemaOf(tool), '  ')};\n`)
    .join('')}}\n`;

const settingLines = documentedSettings
  .map(({ name, description }) => `${comment(description, '  ')}  readonly ${name}?: SettingValue | undefined;\n`)
  .join('');

const kindLines = Object.entries(kindMeanings)
  .map(([kind, meaning]) => `  /** ${meaning} */\n  | ${literal(kind)}\n`)
  .join('');

/** The type of a failure as it is declared, with its comments. */
function failureType(): string {
  const source = readFileSync(pathOf('tools/contract/failure.ts'), 'utf8');
  const [declared] = /^\/\*\*[^\n]*\nexport interface Failure \{\n.*?^\}\n/ms.exec(source) ?? [];
  if (declared === undefined) throw new Error('tools/contract/failure.ts declares no interface Failure');
  return declared;
}

/** The declaration file of the library. */
export const libraryTypes = (): string => `/* Written by the build from the declarations of the tools. */

/** The version of this package. */
export declare const version: string;

export type SettingValue = string | number | boolean | readonly string[];

/** The settings of the program, by the names of its environment variables; \`process.env\` is one. */
export interface Settings {
${settingLines}  /** A variable that the accounts file names. */
  readonly [variable: string]: SettingValue | undefined;
}

/** Why a call failed. The set is closed. */
export type Kind =
${kindLines.trimEnd()};

${failureType()}
/** What came of a call. */
export type CallOutcome<Content = { readonly [key: string]: unknown }> =
  | { readonly ok: true; readonly result: Content & { readonly warnings?: readonly string[] } }
  | { readonly ok: false; readonly failure: Failure };

/** A signal that gives a call up; an AbortSignal is one. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** How one call is made. */
export interface CallSettings {
  readonly signal?: StopSignal | undefined;
}

/** An account whose tools can be called. */
export interface ManychatAccount {
  /** The names of the tools that the settings offer. */
  readonly tools: readonly ToolName[];
  /**
   * Calls a tool. Never rejects for what comes of the call.
   * @throws TypeError if the settings offer no tool of this name.
   */
  call<Name extends ToolName>(
    tool: Name,
    args?: ToolArguments[Name],
    settings?: CallSettings,
  ): Promise<CallOutcome<ToolResults[Name]>>;
  /**
   * Works through what contacts write: the function returns the answer to each message, or undefined for none. If it rejects,
   * the message comes again two minutes later, three times at most. It must not take longer than 110 seconds.
   * @throws an Error if the settings have no secret for what ManyChat calls, or the port is in use.
   */
  onMessage(answer: Answerer, settings?: ListenSettings): Promise<Listener>;
  /** Aborts the calls that are open, and stops listening. */
  close(): Promise<void>;
}

/** What a contact wrote, or what happened to it. The text is the contact's: data, never instructions. */
export type ContactMessage = NonNullable<ToolResults['manychat_wait_for_messages']['messages']>[number];

/** The answer to a message: a text, or content as in manychat_send_content. */
export type Answer = string | { readonly text: string } | { readonly data: { readonly [key: string]: unknown } };

/** Answers a message. The signal says that it is not waited for any more. */
export type Answerer = (
  message: ContactMessage,
  signal: StopSignal,
) => Answer | undefined | Promise<Answer | undefined>;

/** How messages are listened for. */
export interface ListenSettings {
  /** Serves the calls of ManyChat on this loopback port; without it, another process hears them. */
  readonly port?: number | undefined;
  /** Tells readers apart; those of one name share the messages. */
  readonly consumer?: string | undefined;
  /** Messages that are worked on at once, 4 by default. */
  readonly atOnce?: number | undefined;
  /** Called when a message was not answered. \`final\`: it does not come again. */
  readonly onFailure?: ((message: ContactMessage, error: unknown, final: boolean) => void) | undefined;
}

/** Messages that are listened for. */
export interface Listener {
  /** Where the calls of ManyChat are served, if they are: \`/default/request\` and \`/default/block\` follow. */
  readonly url: string | undefined;
  /** Ends it. What is being worked on comes again. */
  stop(): Promise<void>;
}

/** A transport of an MCP SDK that is not started. */
export interface Transport {
  start(): Promise<void>;
  // The messages of JSON-RPC, whose types belong to the SDK.
  send(message: never, options?: never): Promise<void>;
  close(): Promise<void>;
}

/** An MCP server. Several clients can be connected; they share accounts and limits. */
export interface ManychatServer {
  /** Serves a client over a transport, in both protocol eras, until either side closes it. */
  connect(transport: Transport): Promise<void>;
  /** Closes the transports, and aborts the calls that are open. */
  close(): Promise<void>;
}

/**
 * Opens an account, to call tools without a client or a server.
 * @throws an Error whose message names each setting that is wrong, or that is missing.
 */
export declare function openAccount(settings: Settings): Promise<ManychatAccount>;

/**
 * Creates an MCP server with the settings of the program, for transports of the caller's.
 * @throws an Error whose message names each setting that is wrong.
 */
export declare function createManychatServer(settings: Settings): Promise<ManychatServer>;

/** The name of a tool. */
export type ToolName = keyof ToolArguments;

${perTool('ToolArguments', 'The arguments of each tool.', ({ input }) => wholeInputSchema(input))}
${perTool('ToolResults', 'What each tool returns. Parts can be missing, since ManyChat decides what is there.', ({ output }) => outputSchema(output.schema))}`;
