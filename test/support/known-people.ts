import type { Sandbox } from '../../src/sandbox/index.js';

async function post({ url, manychatKey }: Sandbox, path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${manychatKey}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}/fb/subscriber/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

/** Gives a contact of the first page an email. */
export const giveEmail = (sandbox: Sandbox, subscriber_id: string, email: string): Promise<void> =>
  post(sandbox, 'updateSubscriber', { subscriber_id, email, has_opt_in_email: true });

/** Gives a contact of the first page a phone number. */
export const givePhone = (sandbox: Sandbox, subscriber_id: string, phone: string): Promise<void> =>
  post(sandbox, 'updateSubscriber', { subscriber_id, phone, has_opt_in_sms: true, consent_phrase: 'yes' });

/** Gives a contact of the first page the value of a custom field. */
export const giveField = (
  sandbox: Sandbox,
  subscriber_id: string,
  field_id: number,
  field_value: unknown,
): Promise<void> => post(sandbox, 'setCustomField', { subscriber_id, field_id, field_value });

/** How many requests a sandbox got for the searches and for everything else that ends so. */
export const requestsOf = (sandbox: Sandbox, word: string): number =>
  sandbox.requests().filter(({ path }) => path.endsWith(word)).length;
