import type { Result } from '../tools/endpoint.js';
import { asCallError, type Failure } from './errors.js';
import type { CallOptions, CallTrace, Gateway } from './gateway.js';
import { parseInput } from './input.js';
import type { Log } from './log.js';
import type { Tool } from './tool.js';

/** What a tool call came to. */
export type Outcome =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly failure: Failure };

/** Who called: `onWait` is told each second that the call waits for its turn. */
export type CallerSide = Pick<CallOptions, 'signal' | 'onWait'>;

/** Calls a tool with arguments as they came from outside; never throws. */
export type ToolCaller = (tool: Tool, given: unknown, side: CallerSide) => Promise<Outcome>;

/** The one way a tool is called: arguments checked, call performed, one log line written. */
export function createToolCaller(gateway: Gateway, log: Log, direct: boolean): ToolCaller {
  return async (tool, given, side) => {
    const { endpoint } = tool;
    const started = performance.now();
    const trace: CallTrace = {};
    const line = () => ({ tool: endpoint.name, ...trace, ms: Math.round(performance.now() - started) });
    try {
      const { input, connectionId, warnings } = parseInput(tool, given, { endpoint, direct });
      const result = await gateway.call(endpoint, input, { ...side, connectionId, trace });
      log.info(line(), 'call');
      return { ok: true, result: warnings.length === 0 ? result : { ...result, warnings } };
    } catch (thrown) {
      const { failure } = asCallError(thrown, { endpoint, direct }, 'unsent');
      log.warn({ ...line(), kind: failure.kind, performed: failure.performed }, 'call failed');
      return { ok: false, failure };
    }
  };
}
