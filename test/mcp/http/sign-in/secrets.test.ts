import { describe, expect, test } from 'vitest';
import { noTelemetry, type Telemetry } from '../../../../src/account/telemetry/telemetry.js';
import { createRedactor } from '../../../../src/text/redaction.js';
import { idOf } from '../../../support/connected.js';
import { outcomeOf } from '../../../support/http-service.js';
import { startIssuer } from '../../../support/issuer.js';
import { through } from '../../../support/program.js';
import { forms, places } from '../../../support/secret-forms.js';
import { openTeam, startPages } from '../../../support/team.js';
import { startUpstream } from '../../../support/upstream.js';

const maton = 'mtn-Zk3+9/fQ7b=1xWv5';

/** Forms of a secret that a text holds. */
const formsIn = (text: string, secret: string): string[] =>
  Object.entries(forms).flatMap(([name, form]) => (text.includes(form(secret)) ? name : []));

const tags = { name: 'manychat_list_tags', arguments: {} };

describe('the key that a caller brings', () => {
  test.each(['the message', 'a list of details', 'a value of a result', 'a page of HTML'])(
    'is in no result and no line of the log if ManyChat returns it in %s',
    async (place) => {
      const upstream = await startUpstream();
      const { send, logged } = await openTeam({
        environment: { ...through(upstream.url), MATON_API_KEY: '', MANYCHAT_MCP_SIGN_IN: 'client-key' },
      });
      const texts: string[] = [];
      for (const form of ['as is', 'percent-encoded throughout', 'in base64', 'in JSON escapes throughout', 'in hex']) {
        const reply = places[place]?.(forms[form]?.(maton) ?? '') ?? {};
        // A failed read would be retried after a while.
        upstream.reply = typeof reply === 'function' ? reply : { ...reply, status: Math.min(reply.status ?? 200, 400) };
        const params = { name: 'manychat_get_page', arguments: { connection_id: idOf(1) } };
        texts.push(await (await send({ 'x-maton-key': maton }, 'tools/call', params)).text());
      }
      expect(upstream.arrived.map(({ headers }) => headers.authorization)).toContain(`Bearer ${maton}`);
      const { holdsKey } = createRedactor([maton]);
      expect([...texts, ...logged].filter(holdsKey)).toEqual([]);
    },
  );

  test('is in none if the headers are wrong, and the account is named by a digest', async () => {
    const upstream = await startUpstream({ body: { status: 'success', data: [] } });
    const { send, logged } = await openTeam({
      environment: { ...through(upstream.url), MATON_API_KEY: '', MANYCHAT_MCP_SIGN_IN: 'client-key' },
    });
    const texts = await Promise.all(
      [
        { 'x-maton-key': maton, 'x-api-key': maton },
        { 'x-manychat-key': maton },
        { 'x-maton-key': `${maton} ${maton}` },
      ].map(async (headers) => (await send(headers, 'tools/call', tags)).text()),
    );
    expect(upstream.arrived).toEqual([]);
    await send({ 'x-maton-key': maton }, 'tools/call', { name: 'manychat_create_tag', arguments: { name: maton } });
    expect([...texts, ...logged].flatMap((text) => formsIn(text, maton))).toEqual([]);
    expect(logged.join()).toMatch(/"principal":"key:[0-9a-f]{16}"/);
  });
});

describe('a key that a caller makes up', () => {
  const tool = 'manychat_add_tag_to_subscriber';
  const write = { name: tool, arguments: { connection_id: idOf(1), subscriber_id: 4711, tag_id: 815 } };

  /** Mallory and anna write, each with a key; the lines of the calls. */
  async function written(made: string, telemetry: Telemetry = noTelemetry) {
    const upstream = await startUpstream({ status: 400, body: { status: 'error', message: `the key ${made} is bad` } });
    const { send, logged, token } = await openTeam({
      tokens: { mallory: undefined, anna: undefined },
      telemetry,
      environment: { ...through(upstream.url), MATON_API_KEY: '', MANYCHAT_MCP_SIGN_IN: 'tokens,client-key' },
    });
    const as = (name: string, key: string) =>
      send({ authorization: `Bearer ${token(name)}`, 'x-maton-key': key }, 'tools/call', write);
    const answer = await (await as('mallory', made)).text();
    await as('anna', maton);
    return { answer, lines: logged.map((line) => JSON.parse(line)) };
  }

  test('removes no word from the lines of another caller, nor from what its own lines say about it', async () => {
    const { answer, lines } = await written(tool);
    const audited = lines.filter(({ msg }) => msg === 'audit').map(({ principal, tool }) => [principal, tool]);
    expect(audited).toEqual([
      [expect.stringMatching(/^token:mallory key:[0-9a-f]{16}$/), tool],
      [expect.stringMatching(/^token:anna key:[0-9a-f]{16}$/), tool],
    ]);
    expect(lines.filter(({ msg }) => msg === 'call failed').map((line) => line.tool)).toEqual([tool, tool]);
    expect(answer).toContain('the key [redacted] is bad');
  });

  test('makes up no series of measurements', async () => {
    const measured = new Set<string>();
    const account: Telemetry['account'] = (name) => {
      measured.add(name);
      return noTelemetry.account(name);
    };
    await written('made-up-0123456789', { ...noTelemetry, account });
    expect([...measured]).toEqual(['client-key']);
  });
});

describe('the token of a caller', () => {
  test('is in no answer and no line of the log, accepted or not', async () => {
    const { environment } = await startPages();
    const issuer = await startIssuer('http://127.0.0.1:8808/mcp');
    const { send, logged, token } = await openTeam({
      tokens: { ci: undefined },
      environment: {
        ...environment,
        MANYCHAT_MCP_SIGN_IN: 'tokens,oauth',
        MANYCHAT_MCP_PUBLIC_URL: 'http://127.0.0.1:8808',
        MANYCHAT_MCP_OAUTH_ISSUER: issuer.url,
      },
    });
    const secrets = [
      token('ci'),
      `mmcp_${'0'.repeat(48)}`,
      await issuer.sign(),
      await issuer.sign({ expires: -60 }),
      await issuer.sign({ claims: { scope: '' } }),
      await issuer.sign({ claims: { sub: undefined } }),
    ];
    const texts: string[] = [];
    const statuses: number[] = [];
    for (const secret of secrets) {
      const headers = { authorization: `Bearer ${secret}` };
      // A careless client passes its token on as an argument.
      const careless = { name: 'manychat_create_tag', arguments: { name: `x ${secret}`, [secret]: 1 } };
      for (const params of [tags, careless]) {
        const response = await send(headers, 'tools/call', params);
        statuses.push(response.status);
        texts.push(JSON.stringify([...response.headers]), params === tags ? await response.text() : '');
      }
    }
    expect(statuses).toEqual([200, 200, 401, 401, 200, 200, 401, 401, 403, 403, 401, 401]);
    const found = secrets.flatMap((secret) => {
      const { holdsKey } = createRedactor([secret, secret.split('.').at(-1) ?? '']);
      return [...texts, ...logged].filter(holdsKey);
    });
    expect(found).toEqual([]);
    expect(logged.join()).toContain('"principal":"oauth:alice"');
  });
});

describe('the audit', () => {
  test('has one line for each write, with who, where, what and what it came to, and nothing else', async () => {
    const { ids, upstream, environment } = await startPages();
    const { ask, logged } = await openTeam({
      accounts: { Agency: { maton_key: { env: 'MATON_API_KEY' } } },
      profiles: { All: { accounts: 'all' }, Readers: { accounts: 'all', read_only: true } },
      tokens: { anna: 'All', bob: 'Readers' },
      environment: { ...environment, MANYCHAT_MCP_SIGN_IN: 'tokens' },
    });
    const call = (name: string, as: string, args: object) => ask(as, 'tools/call', { name, arguments: args });
    const connection_id = ids[0];
    await call('manychat_list_tags', 'anna', { connection_id });
    await call('manychat_add_tag_to_subscriber', 'anna', { connection_id, subscriber_id: 4711, tag_id: 815 });
    await call('manychat_add_tag_to_subscriber', 'anna', { subscriber_id: 4711, tag_id: 815 });
    upstream.reply = { status: 400, body: { status: 'error', message: 'Subscriber 4711 does not exist' } };
    await call('manychat_add_tag_to_subscriber', 'anna', { connection_id, subscriber_id: 4711, tag_id: 815 });
    // The client cannot ask its user.
    await call('manychat_delete_tag', 'anna', { connection_id, tag_id: 815 });
    await call('manychat_delete_tag', 'bob', { connection_id, tag_id: 815 });
    const lines = logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'audit');
    const tagged = { principal: 'token:anna', account: 'Agency', tool: 'manychat_add_tag_to_subscriber' };
    expect(lines.map(({ level: _, time: __, msg: ___, ...line }) => line)).toEqual([
      { ...tagged, outcome: 'done' },
      { ...tagged, outcome: 'ambiguous_connection', performed: 'no' },
      { ...tagged, outcome: 'not_found', performed: 'no' },
      {
        principal: 'token:anna',
        account: 'Agency',
        tool: 'manychat_delete_tag',
        outcome: 'permission_denied',
        performed: 'no',
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/4711|815/);
  });
});

describe('a failure', () => {
  test('speaks to a member of the team, and of no setting or file of the server', async () => {
    const { environment } = await startPages();
    const { ask } = await openTeam({
      accounts: { Agency: { maton_key: { env: 'NOT_SET' } } },
      profiles: { All: { accounts: 'all' } },
      tokens: { anna: 'All' },
      environment: { ...environment, MANYCHAT_MCP_SIGN_IN: 'tokens' },
    });
    const { failure } = await outcomeOf(await ask('anna', 'tools/call', tags));
    expect(failure.kind).toBe('not_configured');
    expect(JSON.stringify(failure)).not.toMatch(/NOT_SET|MANYCHAT_MCP|--|accounts file|restart/);
  });
});
