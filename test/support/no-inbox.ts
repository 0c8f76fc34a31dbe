import type { InboxSteps } from '../../tools/contract/inbox.js';

const refuse = async (): Promise<never> => {
  throw new Error('nothing is heard');
};

/** The inbox of a workflow that uses none. */
export const noInbox: InboxSteps = { take: refuse, list: refuse, answer: refuse, forget: refuse, template: undefined };
