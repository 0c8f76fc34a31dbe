/** What is known of a client, and must stay so. */
interface Expectation {
  /**
   * What becomes of null for an argument that may be left out: the client sends it, requires it of its model, takes it
   * out, or refuses the call by the schema. A refusal is the client's own, and no request is made.
   */
  readonly nulls: 'sent' | 'required' | 'taken out' | 'refused by the client';
  /** How the text that the model reads begins when a call failed, without backslashes. */
  readonly failure: RegExp;
  /** Whether the model reads a result once, or both as text and as structured content. */
  readonly reads: 'once' | 'both';
}

const content = /^\[\{"type":"text","text":"\{"error":\{"kind":/;

const rows = {
  'MCP SDK 1': { nulls: 'sent', failure: content, reads: 'once' },
  'MCP SDK 2, 2025 era': { nulls: 'sent', failure: content, reads: 'once' },
  'MCP SDK 2, 2026-07-28': { nulls: 'sent', failure: content, reads: 'once' },
  'AI SDK': { nulls: 'sent', failure: /"text":"\{"error":\{"kind":/, reads: 'once' },
  'LangChain adapters': {
    nulls: 'refused by the client',
    failure: /^ToolException: .*\{"error":\{"kind":/,
    reads: 'both',
  },
  'OpenAI Agents, strict': { nulls: 'taken out', failure: /"text":"\{"error":\{"kind":/, reads: 'once' },
  'OpenAI Agents, not strict': { nulls: 'sent', failure: /"text":"\{"error":\{"kind":/, reads: 'once' },
  Mastra: { nulls: 'taken out', failure: /\{"error":\{"kind":/, reads: 'once' },
  'mcp-use': { nulls: 'refused by the client', failure: /\{"error":\{"kind":/, reads: 'both' },
  'Gemini CLI': { nulls: 'sent', failure: content, reads: 'once' },
  'json-schema-to-zod': { nulls: 'refused by the client', failure: content, reads: 'once' },
  'zod fromJSONSchema': { nulls: 'refused by the client', failure: content, reads: 'once' },
  'OpenAI strict': { nulls: 'required', failure: content, reads: 'once' },
  'Anthropic strict': { nulls: 'refused by the client', failure: content, reads: 'once' },
} as const satisfies Record<string, Expectation>;

/** The clients of the matrix. */
export type ClientName = keyof typeof rows;

/** One row a client. What a user of the client needs to know of it is in docs/clients.md. */
export const expectations: Readonly<Record<ClientName, Expectation>> = rows;
