import { isObject, type Result } from '../../tools/contract/json.js';
import { endpoints } from '../../tools/index.js';
import type { Solution } from '../solutions/solution.js';
import { unfoundIn } from './provenance.js';
import type { Agent } from './run-task.js';

const endpointNames: ReadonlySet<string> = new Set(endpoints.map(({ name }) => name));

function parsed(text: string): Result {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : { value };
  } catch {
    return { text };
  }
}

/**
 * An agent that does what a solution says. It stops at an argument that the person did not give and no earlier result
 * shows, and with `endpointsOnly` at a tool that is not one endpoint.
 */
export const solver =
  (solution: Solution, { endpointsOnly = false } = {}): Agent =>
  async ({ words }, server) => {
    const steps = solution(words);
    let step = steps.next();
    while (step.done !== true) {
      const { tool, args } = step.value;
      const offered = server.tools.find(({ name }) => name === tool);
      if (offered === undefined) throw new Error(`the server has no tool ${tool}`);
      if (endpointsOnly && !endpointNames.has(tool)) throw new Error(`${tool} is not one endpoint`);
      const sources = { words, results: server.calls.map(({ text }) => text), schema: offered.inputSchema };
      const unfound = unfoundIn(args, sources);
      if (unfound.length > 0) {
        throw new Error(
          `${tool}: neither the person nor an earlier result says ${JSON.stringify(unfound.slice(0, 5))}`,
        );
      }
      step = steps.next(parsed((await server.call(tool, args)).text));
    }
    return step.value;
  };
