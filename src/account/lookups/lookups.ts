import type { AccountSettings } from '../../config/accounts/settings.js';
import { createDeletedTags, type DeletedTags } from './deleted-tags.js';
import { createFieldTypes, type FieldTypes } from './field-types.js';
import { createSeenThings, type SeenThings } from './seen-things.js';
import { createWhatsappFields, type WhatsappFields } from './whatsapp-fields.js';

/** What is remembered of an account. */
export interface Lookups {
  readonly fieldTypes: FieldTypes;
  readonly deletedTags: DeletedTags;
  readonly seen: SeenThings;
  readonly whatsappFields: WhatsappFields;
}

/**
 * Creates the memory of an account.
 * @param now milliseconds, from any fixed point.
 */
export const createLookups = ({ whatsappField }: AccountSettings, now: () => number): Lookups => ({
  fieldTypes: createFieldTypes(now),
  deletedTags: createDeletedTags(now),
  seen: createSeenThings(now),
  whatsappFields: createWhatsappFields(whatsappField),
});
