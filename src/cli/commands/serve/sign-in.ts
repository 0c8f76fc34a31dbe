import { existsSync } from 'node:fs';
import type { Log } from '../../../account/telemetry/log.js';
import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import type { Surroundings } from '../../../config/accounts/choice.js';
import { tokensPath } from '../../../config/accounts/paths.js';
import { isLoopback } from '../../../config/address.js';
import { type Config, ConfigError, type HttpSettings } from '../../../config/config.js';
import { userAgent } from '../../../config/version.js';
import type { SignIn } from '../../../mcp/http/principal.js';
import { catalogue } from '../../../mcp/listing/catalogue.js';
import { createHttpClient } from '../../../upstream/client/http-client.js';

/** The sign-in of a server, and what it keeps open. */
interface OpenedSignIn {
  readonly signIn: SignIn;
  close(): Promise<void>;
}

const isLocalHost = (host: string): boolean => isLoopback(host) || isLoopback(`[${host}]`);

/**
 * What lets in others than the users of this machine, if need be through a proxy or from a web page; undefined if nothing
 * does. A setting, and what it does.
 */
function opening({ host, publicUrl, allowedHosts, allowedOrigins }: HttpSettings): string | undefined {
  const reached = 'can be reached by other machines';
  const otherHosts = allowedHosts.filter((name) => !isLocalHost(name));
  const otherOrigins = allowedOrigins.filter((name) => !isLocalHost(name));
  if (!isLocalHost(host)) return `--host ${host} ${reached}`;
  if (publicUrl !== undefined && !isLoopback(publicUrl.hostname)) return `--public-url ${publicUrl.origin} ${reached}`;
  if (otherHosts.length > 0) return `--allowed-hosts ${otherHosts.join(',')} ${reached}`;
  return otherOrigins.length === 0
    ? undefined
    : `--allowed-origins ${otherOrigins.join(',')} lets in pages of other machines`;
}

/** What is wrong with how callers sign in. */
function problemsIn({ signIn, sandbox }: Config, http: HttpSettings, hasProfiles: boolean): string[] {
  const { ways, issuer, audience, profileClaim } = signIn;
  const has = (way: (typeof ways)[number]): boolean => ways.includes(way);
  const opened = opening(http);
  return [
    ...(has('none') && opened !== undefined
      ? [
          `${opened}, and without a sign-in everybody there could use the accounts: add --sign-in tokens or oauth, or ${isLocalHost(http.host) ? 'omit that setting' : 'listen on 127.0.0.1'}`,
        ]
      : []),
    ...(has('client-key') && !has('tokens') && !has('oauth') && opened !== undefined
      ? [`${opened}, so --sign-in client-key needs tokens or oauth as well`]
      : []),
    ...(has('client-key') && sandbox ? ['the sandbox has a key of its own: omit --sandbox, or client-key'] : []),
    ...(has('oauth') && issuer === undefined
      ? ['--sign-in oauth needs the identity provider: add --oauth-issuer']
      : []),
    ...(has('oauth') && http.publicUrl === undefined
      ? ['--sign-in oauth needs the address for which tokens are issued: add --public-url']
      : []),
    ...(!has('oauth') && (issuer !== undefined || audience !== undefined || profileClaim !== undefined)
      ? ['--oauth-issuer, --oauth-audience and --oauth-profile-claim go with --sign-in oauth: add it, or omit them']
      : []),
    ...(has('oauth') && profileClaim !== undefined && !hasProfiles
      ? ['--oauth-profile-claim names a profile, and there are no profiles: add them to the accounts file, or omit it']
      : []),
  ];
}

/** A client that fetches documents of the identity provider, through the proxy that is configured. */
function documentFetcher(proxy: Config['host']['proxy']) {
  const http = createHttpClient(proxy);
  const headers = { accept: 'application/json', 'user-agent': userAgent };
  return {
    close: () => http.close(),
    async fetchDocument(url: string, signal: AbortSignal): Promise<Response> {
      const request = { method: 'GET', url: new URL(url), headers };
      const { status, text } = await http.exchange(request, signal, () => undefined);
      // A response of another status has no document, and some may have no body.
      return status === 200 ? new Response(text) : new Response(undefined, { status: 502 });
    },
  };
}

/**
 * Opens the sign-in of a server over HTTP.
 * @throws UsageError if it would let in everybody, or lacks something.
 */
export async function openSignIn(
  config: Config,
  http: HttpSettings,
  file: AccountsFile | undefined,
  surroundings: Surroundings,
  { log, now }: { readonly log: Log; readonly now: () => number },
): Promise<OpenedSignIn> {
  const hasProfiles = file?.profiles !== undefined;
  const problems = problemsIn(config, http, hasProfiles);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const { ways, issuer, audience, scopeClaim, profileClaim } = config.signIn;
  const [{ createSignIn }, { readGrants }] = await Promise.all([
    import('../../../mcp/http/sign-in/sign-in.js'),
    import('../../../mcp/http/sign-in/grants.js'),
  ]);
  const takesToken = ways.includes('tokens') || ways.includes('oauth');
  if (takesToken && !hasProfiles)
    log.warn(
      config.sandbox && config.accounts.path !== undefined
        ? 'the sandbox takes the place of the accounts file and of its profiles: everybody who signs in may do everything'
        : 'no profiles in an accounts file: everybody who signs in may do everything',
    );
  if (!takesToken && hasProfiles)
    log.warn(
      'the profiles of the accounts file are for callers who sign in with tokens or oauth, so they do not count',
    );

  async function openTokens() {
    const path = tokensPath(config, surroundings);
    if (path === undefined) throw new ConfigError('there is no configuration folder: name the file with --tokens');
    if (!existsSync(path)) {
      const where = config.signIn.tokens === undefined ? '' : ` --tokens ${path}`;
      throw new ConfigError(`there is no tokens file ${path}: create a token first, with tokens create NAME${where}`);
    }
    const { openTokenList } = await import('../../../mcp/http/sign-in/token-list.js');
    return openTokenList({
      path,
      platform: surroundings.platform,
      now: Date.now,
      onChange(problem) {
        if (problem === undefined) log.info('tokens read again');
        else log.error({ reason: problem }, 'tokens not read, those of before go on');
      },
    });
  }

  const documents = documentFetcher(config.host.proxy);
  async function openOAuth() {
    if (issuer === undefined || http.publicUrl === undefined) return undefined;
    const { createOAuth } = await import('../../../mcp/http/sign-in/oauth.js');
    const resource = new URL('/mcp', http.publicUrl);
    const tokens = createOAuth({
      issuer,
      audience: audience ?? resource.href,
      resource,
      fetchDocument: documents.fetchDocument,
      now,
      onKeysFailed: (reason) => log.warn({ reason }, 'keys of the identity provider not read, those of before go on'),
    });
    return { tokens, resource, scopeClaim };
  }

  return {
    signIn: createSignIn({
      tokens: ways.includes('tokens') ? await openTokens() : undefined,
      oauth: ways.includes('oauth') ? await openOAuth() : undefined,
      clientKey: ways.includes('client-key'),
      grants: readGrants(file?.profiles, catalogue.tools, profileClaim),
      tools: catalogue.tools,
      onRefused: (reason, principal) => log.warn({ reason, ...(principal && { principal }) }, 'sign-in refused'),
    }),
    close: documents.close,
  };
}
