/** Whether a host name means this machine. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** The address a browser may be sent to: https, or plain http on this machine; undefined for anything else. */
export function browsable(link: string): string | undefined {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  return safe ? url?.href : undefined;
}
