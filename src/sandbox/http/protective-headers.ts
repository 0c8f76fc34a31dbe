/**
 * What every answer tells a browser, spoilt ones included: nothing of it may run, load, be kept or be embedded. A fault
 * can have any text of any type, and must not become a script with the sandbox's origin.
 */
export const protectiveHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Whether a header protects the sandbox from web pages, or would give them rights: no fault may set it. */
export function isProtective(name: string): boolean {
  const lower = name.toLowerCase();
  return Object.hasOwn(protectiveHeaders, lower) || lower.startsWith('access-control-');
}
