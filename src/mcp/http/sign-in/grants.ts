import { effectRules } from '../../../../tools/contract/effect.js';
import type { Declaration } from '../../../../tools/contract/endpoint.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import { everything, type Grant } from '../../../config/accounts/grant.js';
import { accountNamed, nameKey } from '../../../config/accounts/names.js';
import type { Profile } from '../../../config/accounts/sign-in/profiles.js';
import { type KnownTool, selectTools } from '../../../config/tool-names.js';
import { UsageError } from '../../../config/usage-error.js';
import { scopeOf } from './scopes.js';

/** A tool, as far as grants depend on it. */
export type GrantedTool = KnownTool & Pick<Declaration, 'api' | 'effect'>;

/** The values of a claim. One inside another is named with dots, as in `realm_access.roles`. */
function valuesOf(claims: object, name: string): string[] {
  const own = (object: object, key: string): unknown => Object.entries(object).find(([each]) => each === key)?.[1];
  // Names of claims may be addresses, which have dots too.
  const value =
    own(claims, name) ??
    name.split('.').reduce<unknown>((inner, key) => (inner instanceof Object ? own(inner, key) : undefined), claims);
  return [value]
    .flat()
    .filter((each) => typeof each === 'string' || typeof each === 'number' || each === true)
    .map(String);
}

/** The scopes that a claim holds: a list, or a text with blanks between them. */
export const scopesIn = (claims: object, claim: string): string[] =>
  valuesOf(claims, claim).flatMap((text) => text.split(' '));

/** What the callers of a server may do. */
export interface Grants {
  /** What a token may do, by its own profile or by the one that names it; a text says why it may do nothing. */
  ofToken(token: { readonly name: string; readonly profile?: string | undefined }): Grant | string;
  /** What claims allow: by the first profile that fits them, or that a claim names. */
  ofClaims(claims: object): Grant | string;
  /** The grant without the tools that need another scope. */
  withScopes(grant: Grant, scopes: readonly string[]): Grant;
}

/** What a profile grants. */
function grantOf(
  profile: Profile,
  tools: readonly GrantedTool[],
): { readonly grant: Grant; readonly problems: string[] } {
  const { name, accounts, connections, readOnly, confirm, unconfirmed, toolsets, tools: named } = profile;
  const { chosen, problems } = selectTools(tools, { toolsets, tools: named });
  // A new connection would be none of those that may be used.
  const isOpen = ({ api, effect }: GrantedTool): boolean =>
    connections === undefined || api !== 'connections' || effect !== 'create';
  const granted = tools.filter((tool) => chosen.has(tool.name) && isOpen(tool)).map((tool) => tool.name);
  const changing = tools.filter(
    (tool) =>
      named?.some((each) => tool.name === each || tool.name === `manychat_${each}`) &&
      !effectRules[tool.effect].readOnly,
  );
  const contradiction =
    readOnly && changing.length > 0
      ? [`tools names ${changing.map((tool) => tool.name).join(', ')}, which changes something, and read_only is true`]
      : [];
  return {
    grant: {
      accounts,
      readOnly,
      ...(connections !== undefined && { connections }),
      ...(confirm !== undefined && { confirm }),
      ...(unconfirmed !== undefined && { unconfirmed }),
      ...(granted.length < tools.length && { tools: granted }),
    },
    problems: [...problems.map(({ list, problem }) => `${list} ${problem}`), ...contradiction].map(
      (problem) => `profiles > ${quoted(name)} > ${problem}`,
    ),
  };
}

/**
 * Reads what callers may do from the profiles of an accounts file. Without profiles, all may do everything, except tokens
 * that have one.
 * @param profileClaim the claim that can name a profile.
 * @throws UsageError naming each toolset and tool that does not exist, and each contradiction.
 */
export function readGrants(
  profiles: readonly Profile[] | undefined,
  tools: readonly GrantedTool[],
  profileClaim?: string | undefined,
): Grants {
  const read = (profiles ?? []).map((profile) => ({ ...profile, ...grantOf(profile, tools) }));
  const problems = read.flatMap((each) => each.problems);
  if (problems.length > 0)
    throw new UsageError(`the accounts file is not valid:\n${problems.map((each) => `  ${each}`).join('\n')}`);
  return {
    ofToken({ name, profile }) {
      // A token that was limited once must not become one that may do everything because profiles were taken away.
      if (profiles === undefined)
        return profile === undefined
          ? everything
          : `the token has the profile ${quoted(profile)}, and the server has no profiles`;
      const named = read.find(({ when }) => when.tokens.some((each) => nameKey(each) === nameKey(name)));
      if (profile === undefined) return named?.grant ?? 'no profile names the token';
      const own = accountNamed(read, profile);
      if (own === undefined) return `the profile ${quoted(profile)} of the token does not exist`;
      if (named !== undefined && named !== own)
        return `the token has the profile ${quoted(profile)}, and the profile ${quoted(named.name)} names it`;
      return own.grant;
    },
    ofClaims(claims) {
      if (profiles === undefined) return everything;
      const asked = profileClaim === undefined ? [] : valuesOf(claims, profileClaim);
      const found = read.find(
        ({ name, when }) =>
          asked.some((each) => nameKey(each) === nameKey(name)) ||
          (when.claims.length > 0 &&
            when.claims.every(([claim, values]) => valuesOf(claims, claim).some((value) => values.includes(value)))),
      );
      return found?.grant ?? 'no profile fits the claims of the token';
    },
    withScopes(grant, scopes) {
      const allowed = new Set(tools.filter((tool) => scopes.includes(scopeOf(tool))).map(({ name }) => name));
      if (allowed.size === tools.length) return grant;
      const before = grant.tools ?? tools.map(({ name }) => name);
      return { ...grant, tools: before.filter((name) => allowed.has(name)) };
    },
  };
}
