/**
 * Headers of every response, faulty ones included. They tell a browser to run, load, cache and embed nothing: a fault
 * can have any body of any type, and must not become a script with the sandbox's origin.
 */
export const protectiveHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Whether a header protects the sandbox from web pages or would grant them access; no fault may set it. */
export function isProtective(name: string): boolean {
  const lower = name.toLowerCase();
  return Object.hasOwn(protectiveHeaders, lower) || lower.startsWith('access-control-');
}
