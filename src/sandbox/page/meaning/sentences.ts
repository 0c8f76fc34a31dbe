import * as names from './names.js';
import { type Subject, shown } from './names.js';

/** What a request means, as a sentence without its full stop. */
export type Sentence = (subject: Subject) => string;

const always =
  (sentence: string): Sentence =>
  () =>
    sentence;

/** A value that is set; null clears it. */
const setTo = (what: string, value: unknown): string =>
  value === null ? `Clear ${what}` : `Set ${what} to ${shown(value)}`;

const fieldOfContact = (field: string, subject: Subject): string => `${field} of ${names.contact(subject)}`;

function changedKeys({ subscriber_id: _, ...changes }: Subject['parameters']): string {
  return names.listed(Object.keys(changes).map(names.inSentence)) || 'nothing';
}

function newContact({ parameters }: Subject): string {
  const { first_name: first, last_name: last } = parameters;
  const name = [first, last].filter((each) => typeof each === 'string').join(' ');
  const address = ['whatsapp_phone', 'phone', 'email'].find((key) => parameters[key] !== undefined);
  return [shown(name), ...(address === undefined ? [] : [`with the ${address} ${shown(parameters[address])}`])].join(
    ' ',
  );
}

function systemField({ email, phone }: Subject['parameters']): string {
  return email === undefined ? `the phone ${shown(phone)}` : `the email ${shown(email)}`;
}

function sent(subject: Subject, to: string): string {
  const { data, otn_topic_name: topic } = subject.parameters;
  if (names.contentOf(data) === 'actions') return `Perform actions for ${to}`;
  const as = topic === undefined || topic === '' ? '' : ` as a one-time notification for ${shown(topic)}`;
  return `Send content to ${to}${names.onChannel(data)}${as}`;
}

/** The meaning of ManyChat's requests by path, as its reference describes them. */
export const sentences: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  ['/fb/page/getInfo', always('Read the page')],
  ['/fb/page/getTags', always('List the tags')],
  ['/fb/page/createTag', ({ parameters }) => `Create the tag ${shown(parameters.name)}`],
  ['/fb/page/removeTag', (subject) => `Delete ${names.tag(subject)} from the page`],
  ['/fb/page/removeTagByName', ({ parameters }) => `Delete the tag ${shown(parameters.tag_name)} from the page`],
  ['/fb/page/getCustomFields', always('List the custom fields')],
  [
    '/fb/page/createCustomField',
    ({ parameters: { caption, type } }) => `Create the custom field ${shown(caption)} of type ${shown(type)}`,
  ],
  ['/fb/page/getBotFields', always('List the bot fields')],
  [
    '/fb/page/createBotField',
    ({ parameters: { name, type } }) => `Create the bot field ${shown(name)} of type ${shown(type)}`,
  ],
  [
    '/fb/page/setBotField',
    ({ account, parameters: { field_id: id, field_value: value } }) =>
      setTo(names.field('bot field', account?.botFields, id), value),
  ],
  [
    '/fb/page/setBotFieldByName',
    ({ parameters: { field_name: name, field_value: value } }) => setTo(`the bot field ${shown(name)}`, value),
  ],
  [
    '/fb/page/setBotFields',
    ({ account, parameters }) => `Set the bot fields ${names.fieldList(account?.botFields, parameters.fields)}`,
  ],
  ['/fb/page/getFlows', always('List the flows and their folders')],
  ['/fb/page/getGrowthTools', always('List the growth tools')],
  ['/fb/page/getWidgets', always('List the growth tools')],
  ['/fb/page/getOtnTopics', always('List the topics of one-time notifications')],
  ['/fb/subscriber/getInfo', (subject) => `Read ${names.contact(subject)}`],
  ['/fb/subscriber/findByName', ({ parameters }) => `Find contacts by the name ${shown(parameters.name)}`],
  [
    '/fb/subscriber/findByCustomField',
    ({ account, parameters: { field_id: id, field_value: value } }) =>
      `Find contacts with ${shown(value)} in ${names.field('field', account?.customFields, id)}`,
  ],
  ['/fb/subscriber/findBySystemField', ({ parameters }) => `Find the contact with ${systemField(parameters)}`],
  ['/fb/subscriber/getInfoByUserRef', (subject) => `Read the contact of ${names.userRef(subject)}`],
  ['/fb/subscriber/createSubscriber', (subject) => `Create the contact ${newContact(subject)}`],
  [
    '/fb/subscriber/updateSubscriber',
    (subject) => `Update ${names.contact(subject)}: ${changedKeys(subject.parameters)}`,
  ],
  ['/fb/subscriber/addTag', (subject) => `Add ${names.tag(subject)} to ${names.contact(subject)}`],
  [
    '/fb/subscriber/addTagByName',
    (subject) => `Add the tag ${shown(subject.parameters.tag_name)} to ${names.contact(subject)}`,
  ],
  ['/fb/subscriber/removeTag', (subject) => `Remove ${names.tag(subject)} from ${names.contact(subject)}`],
  [
    '/fb/subscriber/removeTagByName',
    (subject) => `Remove the tag ${shown(subject.parameters.tag_name)} from ${names.contact(subject)}`,
  ],
  [
    '/fb/subscriber/setCustomField',
    (subject) => {
      const { account, parameters } = subject;
      const field = names.field('field', account?.customFields, parameters.field_id);
      return setTo(fieldOfContact(field, subject), parameters.field_value);
    },
  ],
  [
    '/fb/subscriber/setCustomFieldByName',
    (subject) => {
      const { field_name: name, field_value: value } = subject.parameters;
      return setTo(fieldOfContact(`the field ${shown(name)}`, subject), value);
    },
  ],
  [
    '/fb/subscriber/setCustomFields',
    (subject) => {
      const { account, parameters } = subject;
      return `Set the fields ${names.fieldList(account?.customFields, parameters.fields)} of ${names.contact(subject)}`;
    },
  ],
  ['/fb/subscriber/verifyBySignedRequest', (subject) => `Verify a signed request of ${names.contact(subject)}`],
  ['/fb/sending/sendContent', (subject) => sent(subject, names.contact(subject))],
  ['/fb/sending/sendContentByUserRef', (subject) => sent(subject, names.userRef(subject))],
  ['/fb/sending/sendFlow', (subject) => `Start ${names.flow(subject)} for ${names.contact(subject)}`],
]);
