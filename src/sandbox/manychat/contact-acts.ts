import { isRecord } from '../http/json.js';
import { badRequest } from '../http/refusal.js';
import type { Account, Channel, Contact } from './account.js';
import type { Reactions } from './calling/reactions.js';
import { resolveAction } from './content/actions.js';
import { headersOf } from './content/content.js';
import type { Conversations } from './conversation.js';
import { startFlow } from './flow.js';
import type { Delivery, Outbox } from './outbox.js';

/** Where contacts act. */
export interface Stage {
  readonly outbox: Outbox;
  readonly conversations: Conversations;
  readonly reactions: Reactions;
  /** Milliseconds since 1970. */
  now(): number;
}

/** What a contact writes: a text, or the URL of a picture or voice message. */
export interface Written {
  readonly kind: 'text' | 'image' | 'audio';
  readonly content: string;
  readonly channel: Channel;
}

/** A contact writes: its window opens, and flows start. A URL is its last text, as observed live. */
export function write(stage: Stage, account: Account, contact: Contact, { kind, content, channel }: Written): void {
  interact(stage, contact);
  contact.lastInputText = content;
  addTurn(stage, account, contact, channel, { [kind]: content });
  stage.reactions.onMessage(account, contact, { channel, isText: kind === 'text' });
}

function interact(stage: Stage, contact: Contact): void {
  contact.lastInteraction = stage.now();
}

function addTurn(
  { conversations, now }: Stage,
  account: Account,
  contact: Contact,
  channel: Channel,
  what: Record<string, string>,
): void {
  const time = new Date(now()).toISOString();
  conversations.add({ time, page_id: String(account.page.id), subscriber_id: contact.id, channel, ...what });
}

/** A button or quick reply of a delivery. */
interface Clickable {
  readonly delivery: Delivery;
  readonly button: Readonly<Record<string, unknown>>;
  readonly isQuickReply: boolean;
}

const recordsIn = (list: unknown): Record<string, unknown>[] => (Array.isArray(list) ? list.filter(isRecord) : []);

/** The buttons of a delivery, those of cards included, and its quick replies. */
function clickablesOf(delivery: Delivery): Clickable[] {
  const messages = recordsIn(delivery.messages);
  const buttons = [...messages, ...messages.flatMap(({ elements }) => recordsIn(elements))].flatMap((each) =>
    recordsIn(each.buttons),
  );
  return [
    ...buttons.map((button) => ({ delivery, button, isQuickReply: false })),
    ...recordsIn(delivery.quick_replies).map((button) => ({ delivery, button, isQuickReply: true })),
  ];
}

/**
 * A contact clicks the newest button or quick reply with a caption. Assumptions: a quick reply is a text of the contact,
 * and only that and buttons that the page answers count as an interaction. @throws Refusal if there is none
 */
export function click(
  stage: Stage,
  account: Account,
  contact: Contact,
  { caption, firesCallback }: { readonly caption: string; readonly firesCallback: boolean },
): void {
  const deliveries = stage.outbox
    .list({ subscriber_id: contact.id })
    .filter(({ page_id: page, delivered }) => delivered && page === String(account.page.id));
  const clickables = deliveries.flatMap(clickablesOf);
  const found = clickables.findLast(({ button }) => button.caption === caption);
  if (found === undefined) {
    const captions = [...new Set(clickables.map(({ button }) => JSON.stringify(button.caption)))].slice(-20);
    const there = captions.length === 0 ? 'It was sent no buttons.' : `It was sent ${captions.join(', ')}.`;
    throw badRequest(`clicks.caption: the contact was sent nothing called ${JSON.stringify(caption)}. ${there}`);
  }
  const { delivery, button, isQuickReply } = found;
  const { channel } = delivery;
  addTurn(stage, account, contact, channel, { clicked: caption });
  if (isQuickReply) contact.lastInputText = caption;
  if (isQuickReply || ['flow', 'dynamic_block_callback', 'node'].includes(String(button.type)))
    interact(stage, contact);
  for (const action of recordsIn(button.actions)) resolveAction(account, action)(contact);
  if (isQuickReply && firesCallback) stage.reactions.fireCallback(account, contact, channel);
  follow(stage, account, contact, found);
}

function follow(stage: Stage, account: Account, contact: Contact, { delivery, button, isQuickReply }: Clickable): void {
  if (button.type === 'dynamic_block_callback') {
    const { url, headers, payload = {} } = button;
    const trigger = isQuickReply ? 'quick_reply' : 'button';
    const callback = { url: String(url), method: 'post', headers: headersOf(headers), payload };
    stage.reactions.callBack(account, contact, delivery.channel, trigger, callback);
    return;
  }
  const flow = button.type === 'flow' ? account.flows.find(({ ns }) => ns === button.target) : undefined;
  if (flow === undefined) return;
  const context = {
    account,
    now: stage.now(),
    deliver: (each: Omit<Delivery, 'id' | 'time' | 'page_id'>) =>
      stage.outbox.add({ ...each, page_id: String(account.page.id) }, stage.now()),
  };
  startFlow(context, contact, flow, { source: 'flow' });
}
