/** What the status of a send says. */
export const accepted = 'accepted; ManyChat does not tell whether it arrived';
export const acceptedBefore = 'accepted before; not sent again';

/** The result of one message on Messenger to a contact, who is told by name or by id. */
export const sentOne = (contact: object, status = accepted) => ({
  ok: true,
  ...contact,
  channel: 'messenger',
  messages: 1,
  status,
});

/** The result of a flow that was started. */
export const startedFlow = (contact: object, flow: string) => ({ ok: true, ...contact, flow, status: accepted });
