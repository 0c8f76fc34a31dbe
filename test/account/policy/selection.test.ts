import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAccount } from '../../../src/account/account.js';
import { newRecord } from '../../../src/account/call/call-context.js';
import { openHost } from '../../../src/account/host.js';
import { offeredTools } from '../../../src/account/policy/tool.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { effectRules } from '../../../tools/contract/effect.js';
import { addTagToSubscriber } from '../../../tools/endpoints/tags.js';
import { declarations, toolsets } from '../../../tools/index.js';
import { type Caller, collectedLog, createCaller } from '../../support/caller.js';
import { configOf } from '../../support/config.js';
import { maria } from '../../support/people.js';
import { connectProgram, program, through } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';
import { runHere } from '../../support/shell.js';

const offered = (environment: Record<string, string>): string[] =>
  offeredTools(declarations, configOf({ MATON_API_KEY: 'k', ...environment }).account).map(
    ({ declaration }) => declaration.name,
  );

describe('the tools that are offered', () => {
  test.each([
    [{}, declarations.map(({ name }) => name)],
    [{ MANYCHAT_MCP_TOOLSETS: 'page, flows' }, [...toolsets.page, ...toolsets.flows].map(({ name }) => name)],
    [{ MANYCHAT_MCP_TOOLS: 'send_text,manychat_get_page' }, ['manychat_get_page', 'manychat_send_text']],
    [{ MANYCHAT_MCP_TOOLSETS: 'flows', MANYCHAT_MCP_TOOLS: 'get_page' }, ['manychat_get_page', 'manychat_list_flows']],
    [
      { MANYCHAT_MCP_TOOLSETS: 'page', MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page,list_otn_topics' },
      ['manychat_list_growth_tools'],
    ],
    [{ MANYCHAT_MCP_TOOLS: 'get_page', MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page' }, []],
    [{ MANYCHAT_MCP_TOOLSETS: 'tags', MANYCHAT_MCP_READ_ONLY: 'true' }, ['manychat_list_tags']],
  ] as [Record<string, string>, string[]][])('under %j', (environment, names) => {
    expect(offered(environment)).toEqual(names);
  });

  test('for reading only are all that change nothing, and no other', () => {
    const reading = declarations.filter(({ effect }) => effectRules[effect].readOnly).map(({ name }) => name);
    expect(offered({ MANYCHAT_MCP_READ_ONLY: '1' })).toEqual(reading);
  });

  test.each([
    [
      { MANYCHAT_MCP_TOOLSETS: 'tag' },
      /MANYCHAT_MCP_TOOLSETS contains "tag", which is not a toolset; there are page, flows, tags/,
    ],
    [
      { MANYCHAT_MCP_TOOLS: 'send_txt' },
      /MANYCHAT_MCP_TOOLS contains "send_txt", which is not a tool; the closest are manychat_send_text/,
    ],
    [
      { MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page,delete_tags' },
      /MANYCHAT_MCP_EXCLUDE_TOOLS contains "delete_tags", .* manychat_delete_tag\b/,
    ],
    ...['1234567:0123456789abcdef0123', `v2.local.${'x'.repeat(60)}`, 'mtn0a1b2c3'].map(
      (key): [Record<string, string>, RegExp] => [
        { MANYCHAT_MCP_TOOLS: `get_page,${key}` },
        /^MANYCHAT_MCP_TOOLS (contains something that is not the name of a tool|contains what looks like a ManyChat key, .*)$/,
      ],
    ),
    [{ MANYCHAT_MCP_CONFIRM: 'all' }, /MANYCHAT_MCP_CONFIRM must be one of nothing, destroy, sends/],
  ])('%j is refused', (environment, words) => {
    expect(() => configOf(environment)).toThrow(words);
  });

  test('bring no resource, prompt or sentence that speaks of others', () => {
    const config = configOf({ MATON_API_KEY: 'k', MANYCHAT_MCP_TOOLSETS: 'tags' });
    const { resources, prompts, instructions } = offerFor(config);
    expect(resources.map(({ uri }) => uri)).toEqual([
      'manychat://content-grammar',
      'manychat://error-kinds',
      'manychat://tags',
    ]);
    expect(prompts.map(({ name }) => name)).toEqual(['tidy_tags']);
    expect(instructions).not.toMatch(/manychat_|connection_id/);
  });

  test.each([
    [['--exclude-tools', 'get_page', '--exclude-tools=list_flows']],
    [['serve', '--exclude-tools', 'get_page', '--exclude-tools', 'list_flows']],
  ])('are without those of each flag %j', async (args) => {
    const { client } = await connectProgram({ MATON_API_KEY: 'k' }, [
      '--toolsets',
      'page',
      '--toolsets',
      'flows',
      ...args,
    ]);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(['manychat_list_growth_tools', 'manychat_list_otn_topics']);
    await client.close();
  });

  test.each([
    [['--read-only', '--read-only'], /--read-only was given more than once/],
    [['--confirm', 'sends', 'tools', '--confirm', 'nothing'], /--confirm was given more than once/],
    [['bulk', 'a.csv', '--add-tag', 'VIP', '--add-tag', 'Gold'], /--add-tag was given more than once/],
    [['--tools', ''], /--tools needs a value/],
  ])('are not guessed from %j', async (args, words) => {
    await expect(runHere(args, { MATON_API_KEY: 'k' })).rejects.toThrow(words);
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { env: {}, encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringMatching(words)]);
  });

  test('are fixed by flags, which win', async () => {
    const { client } = await connectProgram({ MANYCHAT_MCP_TOOLSETS: 'tags' }, ['--toolsets', 'flows']);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['manychat_list_flows']);
    await client.close();
  });
});

describe('what is not to be done', () => {
  const sandbox = useSandbox({ limits: false });
  let caller: Caller;
  beforeAll(() => {
    caller = createCaller({ ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_DRY_RUN: '1' });
  });
  afterAll(() => caller.close());
  const writes = () => sandbox.requests().filter(({ method }) => method !== 'GET');

  test('is refused by the pipeline of a read-only account, whichever tool asks for it', async () => {
    const config = configOf({ ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_READ_ONLY: '1' });
    const host = openHost(config.host, { log: collectedLog(config, []) });
    const { pipeline } = openAccount(host, config.account);
    const delivery = { arrivedAt: 0, answeredAt: undefined, cancelled: false };
    const options = { signal: new AbortController().signal, delivery, record: newRecord() };
    await expect(pipeline.call(addTagToSubscriber, { subscriber_id: maria, tag_id: 1 }, options)).rejects.toMatchObject(
      {
        failure: {
          kind: 'permission_denied',
          performed: 'no',
          source: 'client',
          message: expect.stringMatching(/--read-only/),
        },
      },
    );
    expect(options.record.stage).toBe('policy');
    expect(writes()).toEqual([]);
    await host.close();
  });

  test('is not told as done when a later step of a dry run fails', async () => {
    const fields = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`text ${index}`, 'x']));
    const outcome = await caller.call('manychat_set_fields_and_send_flow', {
      subscriber_id: maria,
      fields: { ...fields, purchase_count: 'many' },
      flow_ns: 'content123456',
    });
    expect(outcome).toMatchObject({ ok: false, failure: { performed: 'no' } });
    expect(JSON.stringify(outcome)).not.toMatch(/Done|carried out/);
  });

  test('is shown as the exact request in a dry run, and what reads is done', async () => {
    expect(await caller.call('manychat_add_tag_to_subscriber', { subscriber_id: maria, tag_id: '1' })).toEqual({
      ok: true,
      result: {
        dry_run: true,
        requests: [
          {
            method: 'POST',
            url: `${sandbox.url}/manychat/fb/subscriber/addTag`,
            connection_id: sandbox.connectionId,
            body: { subscriber_id: maria, tag_id: 1 },
          },
        ],
      },
    });
    expect(await caller.call('manychat_get_page')).toMatchObject({
      ok: true,
      result: { page: { name: 'Sunrise Coffee' } },
    });
    expect(writes()).toEqual([]);
  });

  test('is shown step by step where a tool makes several requests', async () => {
    const fields = { purchase_count: '3' };
    const outcome = await caller.call('manychat_set_fields_and_send_flow', {
      subscriber_id: maria,
      fields,
      flow_ns: 'content123456',
    });
    expect(outcome).toMatchObject({
      ok: true,
      result: {
        dry_run: true,
        requests: [{ body: { fields: [{ field_value: 3 }] } }, { body: { flow_ns: 'content123456' } }],
        warnings: [expect.stringContaining('was changed to 3')],
      },
    });
    const many = {
      subscriber_ids: Array.from({ length: 50 }, (_, index) => String(index + 1)),
      action: 'send_text',
      text: 'x',
    };
    const told = await caller.call('manychat_for_each_subscriber', many);
    expect(told).toMatchObject({ ok: true, result: { dry_run: true, more_requests: 30 } });
    expect(writes()).toEqual([]);
  });

  test.each([
    { email: 'ada@example.com', has_opt_in_email: true },
    { whatsapp_phone: '+447700900123', whatsapp_field_id: 8 },
  ])('is all that is told of a contact that would be created: %j', async (contact) => {
    const outcome = await caller.call('manychat_find_or_create_subscriber', { ...contact, first_name: 'Ada' });
    const request = expect.objectContaining({ method: 'POST', url: expect.stringMatching(/createSubscriber$/) });
    expect(outcome).toEqual({ ok: true, result: { dry_run: true, requests: [request] } });
    expect(writes()).toEqual([]);
  });

  test('is shown for every tool that would change something, in the shape that the client was told', async () => {
    const env = { ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_DRY_RUN: '1' };
    const { client } = await connectProgram(env);
    await client.listTools();
    for (const { name, effect, example } of declarations) {
      const { isError, content } = await client.callTool({ name, arguments: { ...example } });
      const [first] = content;
      const text = first?.type === 'text' ? first.text : '';
      // The contact of that example is there already: nothing would be changed.
      const changes = !effectRules[effect].readOnly && name !== 'manychat_find_or_create_subscriber';
      if (changes) expect([name, isError ?? false, text.includes('"dry_run":true')]).toEqual([name, false, true]);
    }
    expect(writes()).toEqual([]);
    await client.close();
  });
});
