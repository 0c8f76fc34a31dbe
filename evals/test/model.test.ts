import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { asObject } from '../../tools/contract/json.js';
import { modelAgent } from '../runner/model.js';
import { runTask } from '../runner/run-task.js';
import { startServer } from '../runner/server.js';
import type { ModelSettings } from '../runner/settings.js';
import { tasks } from '../tasks/index.js';
import type { Task } from '../tasks/task.js';
import { type Asked, inTurn, type Reply, scriptedModel } from './scripted-model.js';

const key = 'sk-not-a-real-key-42';
const server = { name: 'manychat-mcp', command: `"${process.execPath}" dist/manychat-mcp.js` };

const taskCalled = (name: string): Task => {
  const found = tasks.find((task) => task.name === name);
  if (found === undefined) throw new Error(`there is no task ${name}`);
  return found;
};
const twoMarias = taskCalled('two-marias');
const find = { tool: 'manychat_find_subscribers', args: '{"queries":["Maria Garcia"]}' };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function model(script: (asked: Asked, count: number) => Reply, more: Partial<ModelSettings> = {}) {
  const { url, asked, close } = await scriptedModel(script);
  open.push({ close });
  const settings = {
    provider: 'openai-compatible',
    model: 'scripted',
    baseUrl: url,
    apiKey: key,
    maxSteps: 5,
  } as const;
  return { ...modelAgent({ ...settings, ...more }), asked };
}

/** The tool results that the model read in its last request. */
const read = (asked: readonly Asked[]): unknown[] =>
  asked.at(-1)?.messages.flatMap(({ role, content }) => (role === 'tool' ? [content] : [])) ?? [];

describe('a model', () => {
  test('is given the tools as they are listed, the time, the words, and what the server says about itself', async () => {
    const { agent, asked } = await model(inTurn('Which Maria?'));
    await runTask(twoMarias, server, agent);
    const sandbox = await startSandbox({ account: twoMarias.account, limits: false });
    open.push(sandbox);
    const listed = await startServer(server, sandbox);
    open.push(listed);
    expect(asked[0]?.tools.map((each) => each.function)).toEqual(
      listed.tools.map(({ name, description, inputSchema }) => ({ name, description, parameters: inputSchema })),
    );
    const [system, user] = asked[0]?.messages ?? [];
    expect(listed.instructions.length).toBeGreaterThan(100);
    expect(system).toEqual({ role: 'system', content: expect.stringContaining(listed.instructions) });
    expect(system?.content).toContain(twoMarias.account.now);
    expect(user).toEqual({ role: 'user', content: twoMarias.words });
    expect(asked[0]).toMatchObject({ model: 'scripted', authorization: `Bearer ${key}` });
  });

  test('calls a tool, reads the text of its result, and gives the last answer', async () => {
    const { agent, asked } = await model(({ messages }, count) =>
      count === 1 ? [find] : `Which one? ${messages.at(-1)?.content}`,
    );
    const run = await runTask(twoMarias, server, agent);
    const [call] = run.calls;
    expect(run.calls).toHaveLength(1);
    expect(call).toMatchObject({ tool: find.tool, args: { queries: ['Maria Garcia'] }, isError: false });
    expect(read(asked)).toEqual([call?.text]);
    // The answer names both contacts, which is what the task asks for.
    expect(run).toMatchObject({ done: true, problems: [], wrongPeople: [], twice: [] });
  });

  test('reads a refusal of the server, which counts as an error', async () => {
    const { agent, asked } = await model(inTurn([{ ...find, args: '{"queries":5}' }], 'I cannot.'));
    const { calls } = await runTask(twoMarias, server, agent);
    expect(calls).toEqual([expect.objectContaining({ tool: find.tool, args: { queries: 5 }, isError: true })]);
    expect(read(asked)).toEqual([calls[0]?.text]);
  });

  test.each([
    ['arguments that are no JSON', { ...find, args: '{"queries":["Maria' }, find.tool],
    ['arguments that are no object', { ...find, args: '["Maria Garcia"]' }, find.tool],
    ['a tool that is not offered', { tool: 'manychat_find_everybody', args: '{}' }, 'manychat_find_everybody'],
  ])('goes on after %s, which count as an error', async (_, wrong, tool) => {
    const { agent, asked } = await model(inTurn([wrong], [find], 'Which one?'));
    const { calls, answer } = await runTask(twoMarias, server, agent);
    expect(calls.map((each) => [each.tool, each.isError])).toEqual([
      [tool, true],
      [find.tool, false],
    ]);
    expect(read(asked)).toEqual([calls[0]?.text, calls[1]?.text]);
    expect(calls[0]?.text).toContain(tool);
    expect(answer).toBe('Which one?');
  });

  test('makes several calls in one step', async () => {
    const { agent, asked } = await model(inTurn([find, find], 'Which one?'));
    const { calls } = await runTask(twoMarias, server, agent);
    expect(calls).toHaveLength(2);
    expect(read(asked)).toHaveLength(2);
  });

  test('is stopped when it has been asked as often as allowed', async () => {
    const { agent, asked } = await model(inTurn([find]), { maxSteps: 3 });
    const run = await runTask(twoMarias, server, agent);
    expect(asked).toHaveLength(3);
    expect(run.calls).toHaveLength(3);
    expect(run.done).toBe(false);
    expect(run.problems).toContain('the agent stopped: no last answer after 3 steps');
  });

  test('that refuses its first request cannot be asked, which is told without the key', async () => {
    const { agent, unreachable } = await model(inTurn({ status: 401, message: `wrong key ${key}` }));
    const run = await runTask(twoMarias, server, agent);
    expect(unreachable()).toBe('the model cannot be asked: HTTP 401: wrong key [EVALS_API_KEY]');
    expect(run.problems).toContain('the agent stopped: HTTP 401: wrong key [EVALS_API_KEY]');
    expect(JSON.stringify(run)).not.toContain(key);
  });

  test('that fails after an answer has not done the task', async () => {
    const { agent, unreachable } = await model(inTurn([find], { status: 400, message: 'the context is too long' }));
    const run = await runTask(twoMarias, server, agent);
    expect(unreachable()).toBeUndefined();
    expect(run.problems).toContain('the agent stopped: HTTP 400: the context is too long');
    expect(run.calls).toHaveLength(1);
  });

  test('of Anthropic is asked at its own address with its own header', async () => {
    const requests: unknown[] = [];
    const api = createServer(({ url, headers }, response) => {
      requests.push([url, headers['x-api-key']]);
      response.writeHead(403, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ type: 'error', error: { type: 'permission_error', message: `not with ${key}` } }));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => api.close(() => resolve()).closeAllConnections()) });
    const baseUrl = `http://127.0.0.1:${asObject(api.address()).port}/v1`;
    const { agent, unreachable } = modelAgent({ provider: 'anthropic', model: 'm', baseUrl, apiKey: key, maxSteps: 1 });
    await runTask(twoMarias, server, agent);
    expect(requests).toEqual([['/v1/messages', key]]);
    expect(unreachable()).toBe('the model cannot be asked: HTTP 403: not with [EVALS_API_KEY]');
  });

  test('may need no key', async () => {
    const { agent, asked } = await model(inTurn('Which one?'), { apiKey: undefined });
    await runTask(twoMarias, server, agent);
    expect(asked[0]?.authorization).toBeUndefined();
  });
});
