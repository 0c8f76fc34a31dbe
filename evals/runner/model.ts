import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, dynamicTool, generateText, jsonSchema, RetryError, stepCountIs, type ToolSet } from 'ai';
import { isObject, type Result } from '../../tools/contract/json.js';
import type { Task } from '../tasks/task.js';
import type { Agent } from './run-task.js';
import type { Connected, Tool } from './server.js';
import { type ModelSettings, withoutKey } from './settings.js';

/** An agent that is a model. */
export interface ModelAgent {
  readonly agent: Agent;
  /** Why the model could not be asked, if it has never answered. */
  unreachable(): string | undefined;
}

// Warnings of the AI SDK would go to stdout.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** One answer of the model and the calls in it. */
const stepMs = 600_000;

const task = `You look after the ManyChat account of a business, with the tools that you are given. Nobody answers questions
while you work. Do what you are asked as far as it is possible and unambiguous. Then answer in a few words: what you did
and what you found. If you did not do something, say why, or ask what you need to know.`;

/** The text before the person's words: the task, the time, and what the server says about itself. */
const systemText = ({ account: { now } }: Task, { instructions }: Connected): string =>
  [task, ...(now === undefined ? [] : [`It is ${now}.`]), instructions].filter((each) => each !== '').join('\n\n');

type JsonSchema = Extract<Parameters<typeof jsonSchema>[0], { properties?: unknown }>;

/** An input schema is a JSON Schema, as MCP requires. */
const isJsonSchema = (schema: Result): schema is JsonSchema & Result => schema.type === 'object';

/** The tools of the server, with their schemas as they are listed. Arguments are not checked: the server does that. */
function toolsOf(server: Connected): ToolSet {
  const tool = ({ name, description, inputSchema }: Tool) => {
    if (!isJsonSchema(inputSchema)) throw new Error(`the input schema of ${name} is not of type object`);
    return dynamicTool({
      description,
      inputSchema: jsonSchema(inputSchema),
      async execute(args) {
        if (isObject(args)) return server.call(name, args);
        const text = `The arguments of ${name} must be a JSON object.`;
        server.refuse(name, args, text);
        return { text, isError: true };
      },
      toModelOutput({ output }) {
        const { text, isError } = isObject(output) ? output : {};
        return { type: isError === true ? 'error-text' : 'text', value: String(text) };
      },
    });
  };
  return Object.fromEntries(server.tools.map((each) => [each.name, tool(each)]));
}

const modelOf = ({ provider, model, baseUrl, apiKey = '' }: ModelSettings) =>
  provider === 'anthropic'
    ? createAnthropic({ baseURL: baseUrl, apiKey })(model)
    : createOpenAICompatible({ name: 'evals', baseURL: baseUrl, ...(apiKey !== '' && { apiKey }) })(model);

function reasonOf(error: unknown): string {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const isAnswer = APICallError.isInstance(cause) && cause.statusCode !== undefined;
  return isAnswer ? `HTTP ${cause.statusCode}: ${message}` : message;
}

/** An agent that does tasks with a model. It throws if the model cannot be asked, or gives no last answer. */
export function modelAgent(settings: ModelSettings): ModelAgent {
  const model = modelOf(settings);
  let hasAnswered = false;
  let unreachable: string | undefined;
  const agent: Agent = async (task, server) => {
    const tools = toolsOf(server);
    try {
      const { text, steps, finishReason } = await generateText({
        model,
        system: systemText(task, server),
        prompt: task.words,
        tools,
        stopWhen: stepCountIs(settings.maxSteps),
        timeout: { stepMs },
        onStepFinish({ toolCalls }) {
          hasAnswered = true;
          for (const call of toolCalls) {
            if (call.invalid === true) server.refuse(call.toolName, call.input, reasonOf(call.error));
          }
        },
      });
      if (finishReason === 'tool-calls') throw new Error(`no last answer after ${steps.length} steps`);
      return text;
    } catch (error) {
      const reason = withoutKey(reasonOf(error), settings.apiKey);
      if (!hasAnswered) unreachable ??= `the model cannot be asked: ${reason}`;
      throw new Error(reason);
    }
  };
  return { agent, unreachable: () => unreachable };
}
