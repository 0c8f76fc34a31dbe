import { program } from '../../../scripts/root.js';
import type { Result } from '../../../tools/contract/json.js';

/** How the program is started: over stdio, by its built file. */
export interface Launch {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/** A tool as a client offers it to its model. */
interface OfferedTool {
  readonly name: string;
  /** The schema of its arguments after the client's own conversion. */
  readonly schema: unknown;
}

/** A client that is connected to the program. */
export interface Connected {
  readonly tools: readonly OfferedTool[];
  /**
   * Calls a tool with the arguments of a model, by the client's own path: its conversion, its validation, its transport.
   * Returns the text that the model reads.
   * @throws Refusal if the client refuses the arguments before it sends them
   */
  call(name: string, args: Result): Promise<string>;
  close(): Promise<void>;
}

/** Starts the program and connects a client to it. */
export type Connect = (launch: Launch) => Promise<Connected>;

/** A client refused arguments by itself; the program never saw them. */
export class Refusal extends Error {}

/** The built program on a gateway that stands at `url`, with more settings. Only PATH is passed on from the environment. */
export const launchOn = (
  { url, matonKey }: { url: string; matonKey: string },
  settings: Readonly<Record<string, string>> = {},
): Launch => ({
  command: process.execPath,
  args: [program],
  env: {
    PATH: process.env.PATH ?? '',
    MANYCHAT_MCP_STATE_FILE: 'off',
    MATON_API_KEY: matonKey,
    MATON_GATEWAY_URL: url,
    MATON_CONTROL_URL: url,
    MANYCHAT_MCP_LOG_LEVEL: 'silent',
    ...settings,
  },
});
