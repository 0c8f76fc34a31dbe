import { type Account, fullName } from '../manychat/account.js';
import { routes } from '../manychat/routes.js';
import { serializeConnection } from '../maton/connections.js';
import type { World } from '../world/world.js';

const ownExamples = {
  'John Doe, Messenger, window open': '123456789',
  'Maria Garcia, Messenger, window open': '24958501110451908',
  'Tom Baker, Messenger, window closed, one token for "Back in Stock"': '24958501110460017',
  'Aisha Khan, WhatsApp, window open, no phone': '1523908742',
  'Lukas Weber, WhatsApp, window closed': '1523908743',
  'Sofia Rossi, Instagram, window open': '24958501110470023',
  'Noah Kim, Instagram, window closed': '24958501110470024',
  'Dmitri Volkov, Telegram, wrote 30 days ago': '1523908744',
  'Emma Brown, opted out': '24958501110480011',
  "Liam O'Brien, never wrote": '24958501110480012',
  'user_ref, not linked': '123456',
  'user_ref, linked to Maria Garcia': '-1543835812530302162',
};

/** The first contacts of a prepared page, by name. */
const firstContacts = ({ contacts }: Account): Record<string, string> =>
  Object.fromEntries(
    Array.from(contacts.values())
      .slice(0, 10)
      .map((each) => [fullName(each), each.id]),
  );

/** What `GET /sandbox` shows: addresses, keys, sample contacts, settings and all endpoints. */
export function overview(world: World, controls: readonly string[]): Record<string, unknown> {
  const { first, second } = world.accounts;
  return {
    addresses: {
      page: `${world.baseUrl}/`,
      gateway: `${world.baseUrl}/manychat/fb/page/getInfo`,
      connections: `${world.baseUrl}/connections`,
      manychat: `${world.baseUrl}/fb/page/getInfo`,
    },
    maton_key: world.matonKey,
    manychat_keys: [first, second].map(({ key, page, contacts }) => ({
      page: page.name,
      key,
      contacts: contacts.size,
    })),
    connections: world.connections.map((connection) => ({
      ...serializeConnection(world, connection),
      page: connection.account?.page.name ?? null,
    })),
    examples: world.isPrepared ? firstContacts(first) : ownExamples,
    settings: world.settings,
    now: new Date(world.clock.now()).toISOString(),
    controls,
    manychat_routes: [...routes].map(([path, { method, perSecond }]) => ({
      method,
      path,
      per_second: perSecond ?? null,
    })),
  };
}
