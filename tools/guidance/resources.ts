import type { Endpoint } from '../contract/endpoint.js';
import { kindMeanings } from '../contract/failure.js';
import type { Workflow } from '../contract/workflow.js';
import { listBotFields, listCustomFields } from '../endpoints/fields.js';
import { listFlows } from '../endpoints/flows.js';
import { getPage } from '../endpoints/page.js';
import { listTags } from '../endpoints/tags.js';
import { listMessages } from '../workflows/inbox/list-messages.js';
import { contentGrammar } from './grammar-guide.js';

/** What a client can read into its context: a text of this server, or the result of a tool without arguments. */
export interface Resource {
  readonly uri: `manychat://${string}`;
  readonly title: string;
  readonly description: string;
  readonly content: { readonly markdown: string } | { readonly tool: Endpoint | Workflow };
  /** Its address where calls choose from several accounts, if that is not the usual one with `?account=`. */
  readonly ofAccount?: `manychat://{account}/${string}`;
  /** Clients can subscribe to its changes. */
  readonly changes?: true;
}

const errorKinds = `# Kinds of failure

A failed call returns {"error": {kind, message, hint, retryable, performed, source, http_status?, code?, details?, retry_after_s?}}.
performed is "no", "yes", or "unknown" if the response was lost: do not simply resend a message with an unknown outcome.

${Object.entries(kindMeanings)
  .map(([kind, meaning]) => `- ${kind}: ${meaning}`)
  .join('\n')}
`;

/** Every resource, in reading order. */
export const resources: readonly Resource[] = [
  {
    uri: 'manychat://content-grammar',
    title: 'Message content',
    description: 'The full grammar of data in manychat_send_content, by channel',
    content: { markdown: contentGrammar },
  },
  {
    uri: 'manychat://error-kinds',
    title: 'Kinds of failure',
    description: 'What each kind of failure means',
    content: { markdown: errorKinds },
  },
  {
    uri: 'manychat://page',
    title: 'Page',
    description: 'The ManyChat account in use; with several, the one of the oldest connection',
    content: { tool: getPage },
  },
  { uri: 'manychat://tags', title: 'Tags', description: 'Tags of the page', content: { tool: listTags } },
  {
    uri: 'manychat://fields',
    title: 'Custom fields',
    description: 'Fields with a value for each contact',
    content: { tool: listCustomFields },
  },
  {
    uri: 'manychat://bot-fields',
    title: 'Bot fields',
    description: 'Fields with one value for the whole account',
    content: { tool: listBotFields },
  },
  {
    uri: 'manychat://flows',
    title: 'Flows',
    description: 'Automations of the page and their folders',
    content: { tool: listFlows },
  },
  {
    uri: 'manychat://messages',
    title: 'Messages',
    description: 'What contacts wrote, and what was answered or sent; newest first',
    content: { tool: listMessages },
    ofAccount: 'manychat://{account}/messages',
    changes: true,
  },
];
