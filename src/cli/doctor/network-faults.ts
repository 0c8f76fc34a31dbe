import type { UsedProxy } from '../../config/proxy.js';
import { errorCode } from '../../text/error-text.js';
import type { HttpFault } from '../../upstream/client/http-client.js';

/** Why an address could not be reached, and what to do about it. */
export interface Trouble {
  readonly found: string;
  readonly advice: string;
  /** Whether it may pass by itself. */
  readonly passing: boolean;
}

/** The system's word for an error, wherever in the chain of causes it stands. */
function innermostCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const inner = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error.cause;
  return innermostCode(inner) || (errorCode(error) ?? '');
}

const lasting = (found: string, advice: string): Trouble => ({ found, advice, passing: false });
const passing = (found: string, advice: string): Trouble => ({ found, advice, passing: true });

function proxyAnswer(status: number, host: string, proxy: UsedProxy): Trouble {
  const answered = `the proxy ${proxy.host} does not let through to ${host}: HTTP ${status}`;
  if (status === 407) {
    return lasting(
      answered,
      `It wants a user and a password: ${proxy.setting}=http://USER:PASSWORD@${proxy.host}, percent-encoded.`,
    );
  }
  if (status >= 500) return passing(answered, `It cannot reach ${host} itself; try again, or ask who runs it.`);
  return lasting(answered, `Ask who runs it to allow ${host}, or except the host from it with NO_PROXY.`);
}

function certificateTrouble(code: string, host: string): Trouble {
  const found = `the certificate of ${host} is not accepted (${code})`;
  if (/EXPIRED|NOT_YET_VALID/.test(code)) {
    return lasting(found, "Look at this machine's date and time first: a wrong clock has the same effect.");
  }
  if (/ALTNAME|HOSTNAME/.test(code)) {
    return lasting(found, 'It belongs to another host: check the address, and what stands between here and there.');
  }
  return lasting(
    found,
    "A proxy or a virus scanner may open the connection: save its certificate and set NODE_EXTRA_CA_CERTS to that file, here and in the client's configuration.",
  );
}

/** undici's parser has no code for an answer that does not even begin as HTTP does. */
const isNoHttp = (cause: unknown): boolean => cause instanceof Error && cause.name === 'HTTPParserError';

const checkAddress = 'Check the address, and whether a firewall or a proxy stands in between (HTTPS_PROXY).';

/** Tells what a failed exchange with an address means; with a proxy all but TLS is about the proxy, which resolves names. */
export function troubleOf(error: HttpFault, url: URL, proxy: UsedProxy | undefined): Trouble {
  const { host } = url;
  const answer = /^Proxy response \((\d+)\)/.exec(error.message)?.[1];
  if (proxy !== undefined && answer !== undefined) return proxyAnswer(Number(answer), host, proxy);
  const code = innermostCode(error);
  const target = proxy === undefined ? host : `the proxy ${proxy.host}`;
  const advice =
    proxy === undefined ? checkAddress : `Check ${proxy.setting}; NO_PROXY=${url.hostname} goes without it.`;
  if (/CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH|^INVALID_CA/.test(code)) return certificateTrouble(code, host);
  if (/^ERR_SSL|^ERR_TLS|^EPROTO|^UND_ERR_PRX_TLS/.test(code)) {
    return lasting(`TLS fails with ${host} (${code})`, 'Check that the address and its port speak https.');
  }
  if (/^ENOTFOUND|^EAI_/.test(code)) {
    const offline = proxy === undefined ? 'Check the network, the address and the DNS server.' : advice;
    return passing(`DNS does not know ${target} (${code})`, offline);
  }
  if (code === 'ECONNREFUSED') return passing(`${target} refuses the connection (${code})`, advice);
  if (/TIMEDOUT|TIMEOUT/.test(code)) return passing(`${target} does not answer (${code})`, advice);
  if (/UNREACH/.test(code)) return passing(`no way leads to ${target} (${code})`, advice);
  if (error.reason === 'unreadable' || isNoHttp(error.cause)) {
    return lasting(
      `what answers at ${host} is not the API (${code === '' ? error.message : code})`,
      'Check the address and its port.',
    );
  }
  const broke = proxy === undefined ? host : `${host} through ${target}`;
  const when = error.message.includes('before secure TLS') ? ' while TLS was set up' : '';
  return passing(`the connection to ${broke} broke${when} (${code === '' ? error.message : code})`, advice);
}

/** Nothing came within the time a reach may take. */
export function silence(url: URL, proxy: UsedProxy | undefined, seconds: number): Trouble {
  const way = proxy === undefined ? '' : ` through the proxy ${proxy.host}`;
  return passing(`${url.host} does not answer${way} within ${seconds} seconds`, checkAddress);
}
