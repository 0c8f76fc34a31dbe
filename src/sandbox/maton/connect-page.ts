import { createHash } from 'node:crypto';
import type { Incoming } from '../http/incoming.js';
import type { SandboxResponse } from '../http/refusal.js';
import { matonTime } from '../world/clock.js';
import type { World } from '../world/world.js';

const style = 'body{font:16px/1.5 sans-serif;max-width:36em;margin:3em auto}input{width:100%}';
const styleHash = createHash('sha256').update(style).digest('base64');

/**
 * Headers of the page that differ from the protective ones: they allow its style and a form that posts to itself. Under
 * `no-referrer` a browser would send that form with the Origin "null", as if it came from another site.
 */
export const connectPageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'referrer-policy': 'same-origin',
};

function page(status: number, title: string, content: string): SandboxResponse {
  const head = `<meta charset="utf-8"><title>${title}</title><style>${style}</style>`;
  return {
    status,
    type: 'html',
    body: `<!doctype html><html lang="en">${head}<h1>${title}</h1>${content}</html>`,
  };
}

/** Text as HTML: an account file can name a page anything. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function keyForm({ accounts }: World, notice: string): SandboxResponse {
  const keys = Object.values(accounts).map(
    (account) => `<li>${escaped(account.page.name)}: <code>${account.key}</code>`,
  );
  return page(
    200,
    'Connect ManyChat',
    `${notice}<form method="post"><label>ManyChat API key <input name="api_key" autocomplete="off"></label>
<p><button>Connect</button> <button name="action" value="cancel">Cancel</button></form>
<p>This is the sandbox. It accepts these keys:<ul>${keys.join('')}</ul>`,
  );
}

/** Serves the page behind a connection's url, where the ManyChat key is entered. Its link works while the connection is PENDING. */
export function serveConnectPage(world: World, { method, query, text = '' }: Incoming): SandboxResponse {
  const token = query.get('session_token');
  const connection = world.connections.find((each) => each.token === token && each.status === 'PENDING');
  if (connection === undefined) return page(404, 'Link not valid', '<p>It was used already, or never existed.');
  if (method !== 'POST') return keyForm(world, '');
  const form = new URLSearchParams(text);
  connection.lastUpdatedTime = matonTime(world.clock.now());
  world.changes.part('account');
  if (form.get('action') === 'cancel') {
    connection.status = 'FAILED';
    return page(200, 'Cancelled', '<p>The connection was not made.');
  }
  const account = Object.values(world.accounts).find(({ key }) => key === form.get('api_key')?.trim());
  if (account === undefined) return keyForm(world, '<p><strong>This key is not right.</strong>');
  connection.status = 'ACTIVE';
  connection.account = account;
  return page(
    200,
    'Connected',
    `<p>The connection to ${escaped(account.page.name)} is active. You can close this page.`,
  );
}
