import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Arrived, startUpstream, type Upstream } from './upstream.js';

/** A page of a scripted ManyChat, reached with a key of its own. */
export interface ScriptedPage {
  /** The name of its account in the accounts file. */
  readonly account: string;
  readonly id: number;
}

/** A message as it arrived. */
interface SentMessage {
  readonly account: string;
  readonly id: string;
  readonly text: string;
}

/** What the pages reply to a request, in place of what ManyChat does; undefined to reply as ManyChat does. */
type Script = (
  request: Arrived,
  account: string,
  response: ServerResponse,
) => Answer | undefined | Promise<Answer | undefined>;
type Answer = object | 'lost';

/** Pages behind one server, and an accounts file that names them. */
export interface Pages {
  readonly upstream: Upstream;
  /** The environment of a command that uses the accounts file. */
  readonly environment: Readonly<Record<string, string>>;
  /** The messages so far, in order. */
  sent(): SentMessage[];
  script: Script;
}

const keyOf = (index: number): string => `${100_000 + index}:${String(index).padStart(32, 'a')}`;

/** The contact of a page with an email. */
export const contactOf = (page: number, email: string): string => `8${page}00000${email.length}`;

/** Starts pages for one test. Their accounts file is written beside `table`. */
export async function startPages(table: string, pages: readonly ScriptedPage[]): Promise<Pages> {
  const upstream = await startUpstream();
  onTestFinished(() => upstream.close());
  const sent: SentMessage[] = [];
  const variables = pages.map(({ account }, index) => ({ account, variable: `KEY_${index}`, key: keyOf(index) }));
  const path = join(dirname(table), 'accounts.json');
  writeFileSync(
    path,
    JSON.stringify({
      accounts: Object.fromEntries(
        variables.map(({ account, variable }) => [account, { manychat_key: { env: variable } }]),
      ),
    }),
  );
  const scripted: Pages = {
    upstream,
    environment: {
      MANYCHAT_API_URL: upstream.url,
      MANYCHAT_MCP_ACCOUNTS: path,
      ...Object.fromEntries(variables.map(({ variable, key }) => [variable, key])),
    },
    sent: () => [...sent],
    script: () => undefined,
  };

  function dataOf({ path: where, query, rawBody }: Arrived, { account, id }: ScriptedPage): unknown {
    if (where.endsWith('page/getInfo')) return { id, name: `Page of ${account}`, timezone: 'UTC' };
    if (where.endsWith('subscriber/getInfo')) {
      const contact = query.subscriber_id ?? '';
      const live_chat_url = `https://app.manychat.com/fb${id}/chat/${contact}`;
      return {
        id: contact,
        name: `Contact ${contact}`,
        live_chat_url,
        last_interaction: '2099-01-01T00:00:00+00:00',
        custom_fields: [],
      };
    }
    if (where.endsWith('findBySystemField')) {
      const email = query.email ?? '';
      return { id: contactOf(id, email), name: email, email };
    }
    if (where.endsWith('sendContent')) {
      const { subscriber_id, data } = JSON.parse(rawBody);
      sent.push({ account, id: String(subscriber_id), text: data.content.messages[0].text });
    }
    return {};
  }

  upstream.reply = async (request, response) => {
    const index = variables.findIndex(({ key }) => request.headers.authorization === `Bearer ${key}`);
    const page = pages[index];
    const [status, body] =
      page === undefined
        ? [401, { status: 'error', message: 'Wrong token' }]
        : [
            200,
            (await scripted.script(request, page.account, response)) ?? {
              status: 'success',
              data: dataOf(request, page),
            },
          ];
    if (body === 'lost') {
      response.destroy();
      return;
    }
    const failed = 'status' in body && body.status === 'error';
    response.writeHead(failed && status === 200 ? 400 : status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  return scripted;
}
