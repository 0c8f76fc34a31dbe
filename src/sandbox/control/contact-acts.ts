import { badRequest } from '../http/refusal.js';
import type { Account, Contact } from '../manychat/account.js';
import { click, type Stage, write } from '../manychat/contact-acts.js';
import type { Turn } from '../manychat/conversation.js';
import { exportContact } from '../preparation/export.js';
import { collectProblems } from '../preparation/problems.js';
import { propertiesOf } from '../preparation/properties.js';
import { channel, name } from '../preparation/values.js';
import type { World } from '../world/world.js';
import { booleanValue } from './checks.js';
import { pageOf, refusing } from './preparation.js';

/** A contact of a page. @throws Refusal */
export function contactOf(
  world: World,
  contactId: string,
  page: string | null,
): { account: Account; contact: Contact } {
  const account = pageOf(world, page);
  const contact = account.contacts.get(contactId);
  if (contact === undefined) throw badRequest(`There is no contact "${contactId.slice(0, 60)}" on this page.`);
  return { account, contact };
}

const stageOf = ({ outbox, conversations, reactions, clock }: World): Stage => ({
  outbox,
  conversations,
  reactions,
  now: clock.now,
});

const kinds = ['text', 'image', 'audio'] as const;

/** A contact writes now: its window opens, and the page's flows start. @throws Refusal */
export function contactWrites(world: World, contactId: string, input: unknown, page: string | null): object {
  const { account, contact } = contactOf(world, contactId, page);
  const problems = collectProblems();
  const properties = propertiesOf(input, 'writes', [...kinds, 'channel'], problems);
  const [kind = 'text', ...more] = kinds.filter((key) => properties.has(key));
  if (more.length > 0) problems.add('writes needs exactly one of text, image and audio.');
  const content = properties.need(kind, name) ?? '';
  if (kind !== 'text' && !/^https?:\/\/./.test(content)) problems.add(`writes.${kind} must be a URL.`);
  const chosen = properties.get('channel', channel, undefined);
  refusing(problems.throwIfAny);
  const on = contact.channels.join(', ') || 'none';
  if (chosen !== undefined && !contact.channels.includes(chosen)) {
    throw badRequest(`writes.channel: the contact is not on ${chosen}. It is on ${on}.`);
  }
  const [only, ...others] = contact.channels;
  const used = chosen ?? (others.length === 0 ? only : undefined);
  if (used === undefined) throw badRequest(`writes.channel is required: the contact is on ${on}.`);
  write(stageOf(world), account, contact, { kind, content, channel: used });
  return { contact: exportContact(account, contact) };
}

/** A contact clicks a button or quick reply that it was sent. @throws Refusal */
export function contactClicks(world: World, contactId: string, input: unknown, page: string | null): object {
  const { account, contact } = contactOf(world, contactId, page);
  const problems = collectProblems();
  const properties = propertiesOf(input, 'clicks', ['caption', 'fires_callback'], problems);
  const caption = properties.need('caption', name) ?? '';
  const firesCallback = properties.get('fires_callback', booleanValue, false);
  refusing(problems.throwIfAny);
  click(stageOf(world), account, contact, { caption, firesCallback });
  return { contact: exportContact(account, contact) };
}

/** What a contact and the page wrote to each other. @throws Refusal */
export function conversationOf(world: World, contactId: string, page: string | null): Turn[] {
  const { account, contact } = contactOf(world, contactId, page);
  return world.conversations.list(String(account.page.id), contact.id);
}
