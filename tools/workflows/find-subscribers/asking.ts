import type { Endpoint } from '../../contract/endpoint.js';
import type { CallError, Failure } from '../../contract/failure.js';
import { asObject, type Result, toList } from '../../contract/json.js';
import { quoted } from '../../contract/quoted.js';
import type { NumberField, Steps } from '../../contract/workflow.js';
import { listCustomFields } from '../../endpoints/fields.js';
import { getPage } from '../../endpoints/page.js';
import { type Field, fieldsNamed } from './reading.js';

/** The most requests for one query. */
const maxRequests = 4;

/** How many requests a query may still make. What another query has asked already costs nothing. */
export interface Budget {
  left: number;
}

export const newBudget = (): Budget => ({ left: maxRequests });

/** What the queries of one call share: equal requests are made once. */
export interface Asking {
  /**
   * Makes a request; undefined if the query has made as many as it may.
   * @throws CallError
   */
  ask(endpoint: Endpoint, input: Result, what: string, budget: Budget): Promise<Result | undefined>;
  /**
   * The custom fields of the account; none if the query may not ask any more.
   * @throws CallError
   */
  fields(budget: Budget): Promise<readonly Field[]>;
  /** The id of the account's page, if it can be read. */
  page(budget: Budget): Promise<string | undefined>;
  /** The field with WhatsApp numbers, if it is known or the settings name it. */
  whatsappField(budget: Budget): Promise<NumberField | undefined>;
  /** A sentence for each setting that could not be used. */
  warnings(): string[];
}

/** What a refusal that means "there is none" becomes. */
const none = ({ kind }: Failure): Result | undefined => (kind === 'not_found' ? {} : undefined);

const fieldsIn = ({ custom_fields: fields }: Result): Field[] =>
  (toList(fields) ?? [])
    .map(asObject)
    .flatMap(({ id, name, type }) =>
      id === undefined || typeof name !== 'string' ? [] : [{ id: String(id), name, type: String(type) }],
    );

/** Starts what the queries of one call share. */
export function createAsking({ call, whatsappField }: Steps): Asking {
  const asked = new Map<string, Promise<Result>>();
  const warnings = new Set<string>();

  async function ask(endpoint: Endpoint, input: Result, what: string, budget: Budget): Promise<Result | undefined> {
    const key = JSON.stringify([endpoint.name, input]);
    const earlier = asked.get(key);
    if (earlier !== undefined) return earlier;
    if (budget.left <= 0) return undefined;
    budget.left -= 1;
    const answer = call({ what, endpoint, input, quiet: true, recover: none });
    asked.set(key, answer);
    return answer;
  }

  const fields: Asking['fields'] = async (budget) =>
    fieldsIn((await ask(listCustomFields, {}, 'read the custom fields', budget)) ?? {});

  async function configured(setting: string, budget: Budget): Promise<NumberField | undefined> {
    const all = await fields(budget);
    if (all.length === 0) return undefined;
    const byId = all.filter(({ id }) => id === setting);
    const [field, ...others] = byId.length > 0 ? byId : fieldsNamed(all, setting);
    if (field !== undefined && others.length === 0) return field;
    const problem = field === undefined ? 'names no custom field' : 'names several custom fields: give the id of one';
    warnings.add(`MANYCHAT_MCP_WHATSAPP_FIELD, ${quoted(setting)}, ${problem}.`);
    return undefined;
  }

  return {
    ask,
    fields,
    async page(budget) {
      const result = await ask(getPage, {}, 'read the page', budget).catch((_: CallError) => undefined);
      const { id } = asObject(result?.page);
      return id === undefined ? undefined : String(id);
    },
    async whatsappField(budget) {
      const known = whatsappField.known();
      const { setting } = whatsappField;
      if (known !== undefined || setting === undefined) return known;
      const field = await configured(setting, budget);
      if (field !== undefined) whatsappField.remember({ id: field.id, name: field.name });
      return field;
    },
    warnings: () => [...warnings],
  };
}
