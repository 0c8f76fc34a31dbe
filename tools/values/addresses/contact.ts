import { cleanEmail, emailProblem } from './email.js';
import { trimmed } from './marks.js';
import { phoneIn, phoneText } from './phone.js';

/** Characters that show nothing, but for the joiners and variants that names in some scripts need. */
const invisibleInNames = /[\p{Default_Ignorable_Code_Point}--[\u200c\u200d\ufe0e\ufe0f]]/gv;

/** What names a contact in a prompt, in one spelling: an email address, a phone number, an id or a name. */
export function cleanContact(text: string): string {
  const email = cleanEmail(text);
  if (emailProblem(email) === undefined) return email;
  const phone = phoneIn(text);
  // Digits alone may be an id.
  if (phone?.form === 'plus') return phoneText(phone);
  const cleaned = trimmed(text.replace(invisibleInNames, ''));
  return /^user:\s*(\d+)$/i.exec(cleaned)?.[1] ?? cleaned;
}
