import type { UsedProxy } from '../../config/proxy.js';
import { errorCode } from '../../text/error-text.js';
import type { HttpFault } from '../../upstream/client/http-client.js';

/** Why an address could not be reached, and what to do. */
export interface NetworkFault {
  readonly found: string;
  readonly advice: string;
  /** Whether it may go away by itself. */
  readonly passing: boolean;
}

/** The innermost system error code in a chain of causes. */
function innermostCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cause = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error.cause;
  return innermostCode(cause) || (errorCode(error) ?? '');
}

const lasting = (found: string, advice: string): NetworkFault => ({ found, advice, passing: false });
const passing = (found: string, advice: string): NetworkFault => ({ found, advice, passing: true });

function proxyRefusal(status: number, host: string, proxy: UsedProxy): NetworkFault {
  const found = `the proxy ${proxy.host} refuses to connect to ${host}: HTTP ${status}`;
  if (status === 407) {
    return lasting(
      found,
      `It requires a user and a password: ${proxy.setting}=http://USER:PASSWORD@${proxy.host}, percent-encoded.`,
    );
  }
  if (status >= 500) return passing(found, `It cannot reach ${host} itself; try again, or ask its administrator.`);
  return lasting(found, `Ask its administrator to allow ${host}, or exclude the host with NO_PROXY.`);
}

function certificateFault(code: string, host: string): NetworkFault {
  const found = `the certificate of ${host} is not accepted (${code})`;
  if (/EXPIRED|NOT_YET_VALID/.test(code)) {
    return lasting(found, "Check this machine's date and time first: a wrong clock has the same effect.");
  }
  if (/ALTNAME|HOSTNAME/.test(code)) {
    return lasting(
      found,
      'It belongs to another host: check the address, and whether something intercepts connections.',
    );
  }
  return lasting(
    found,
    "A proxy or a virus scanner may intercept the connection: save its certificate and set NODE_EXTRA_CA_CERTS to that file, here and in the client's configuration.",
  );
}

/** undici's parser gives no code for a response that is not HTTP at all. */
const isNotHttp = (cause: unknown): boolean => cause instanceof Error && cause.name === 'HTTPParserError';

/** How to reach addresses whose proxy cannot be used. */
export const withoutProxy = (urls: readonly URL[]): string =>
  `Set it to an HTTP proxy, or set NO_PROXY=${[...new Set(urls.map(({ hostname }) => hostname))].join(',')} to go without one: here, and under "env" in the client's configuration.`;

const checkTheAddress = 'Check the address, and whether a firewall or a proxy is in the way (HTTPS_PROXY).';

/** Explains a failed request. Behind a proxy everything except TLS is about the proxy, which also resolves the name. */
export function describeFault(error: HttpFault, url: URL, proxy: UsedProxy | undefined): NetworkFault {
  const { host } = url;
  if (error.reason === 'proxy') return lasting(error.message, withoutProxy([url]));
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(error.message)?.[1];
  if (proxy !== undefined && proxyStatus !== undefined) return proxyRefusal(Number(proxyStatus), host, proxy);
  const code = innermostCode(error);
  const target = proxy === undefined ? host : `the proxy ${proxy.host}`;
  const advice =
    proxy === undefined ? checkTheAddress : `Check ${proxy.setting}; NO_PROXY=${url.hostname} bypasses the proxy.`;
  if (/CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH|^INVALID_CA/.test(code)) return certificateFault(code, host);
  if (/^ERR_SSL|^ERR_TLS|^EPROTO|^UND_ERR_PRX_TLS/.test(code)) {
    return lasting(`TLS fails with ${host} (${code})`, 'Check that the address and its port speak https.');
  }
  if (/^ENOTFOUND|^EAI_/.test(code)) {
    const offline = proxy === undefined ? 'Check the network, the address and the DNS server.' : advice;
    return passing(`DNS does not know ${target} (${code})`, offline);
  }
  if (code === 'ECONNREFUSED') return passing(`${target} refuses the connection (${code})`, advice);
  if (/TIMEDOUT|TIMEOUT/.test(code)) return passing(`${target} does not answer (${code})`, advice);
  if (/UNREACH/.test(code)) return passing(`there is no route to ${target} (${code})`, advice);
  const reason = code === '' ? error.message : code;
  if (error.reason === 'unreadable' || isNotHttp(error.cause)) {
    return lasting(`the server at ${host} is not the API (${reason})`, 'Check the address and its port.');
  }
  const route = proxy === undefined ? host : `${host} through ${target}`;
  const phase = error.message.includes('before secure TLS') ? ' during the TLS handshake' : '';
  return passing(`the connection to ${route} broke${phase} (${reason})`, advice);
}

/** Explains a request without a response in time. */
export function describeTimeout(url: URL, proxy: UsedProxy | undefined, seconds: number): NetworkFault {
  const through = proxy === undefined ? '' : ` through the proxy ${proxy.host}`;
  return passing(`${url.host} does not answer${through} within ${seconds} seconds`, checkTheAddress);
}
