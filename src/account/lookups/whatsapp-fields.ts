import type { NumberField, WhatsappField } from '../../../tools/contract/workflow.js';

/** The fields with WhatsApp numbers of an account, by connection. */
export type WhatsappFields = (connection: string | undefined) => WhatsappField;

/**
 * Creates the memory of these fields. It lasts as long as the account: a field that is gone is forgotten when a search by
 * it fails.
 * @param setting the name or id of the field, from the settings.
 */
export function createWhatsappFields(setting: string | undefined): WhatsappFields {
  const known = new Map<string, NumberField>();
  return (connection = '') => ({
    setting,
    known: () => known.get(connection),
    remember(field) {
      if (field === undefined) known.delete(connection);
      else known.set(connection, field);
    },
  });
}
