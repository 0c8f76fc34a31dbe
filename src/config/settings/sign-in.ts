import * as z from 'zod';
import { isLoopback } from '../address.js';
import { nameList, texts } from './forms.js';

/** The ways in which callers sign in. */
const signInWays = ['none', 'tokens', 'oauth', 'client-key'] as const;

/** A way in which callers sign in. */
export type SignInWay = (typeof signInWays)[number];

const isWay = (name: string): name is SignInWay => signInWays.some((each) => each === name);

const ways = nameList().transform((names = ['none'], context): readonly SignInWay[] => {
  const chosen = names.filter(isWay);
  if (names.length === 0 || chosen.length < names.length)
    context.addIssue({ code: 'custom', message: `must be one or more of ${signInWays.join(', ')}` });
  if (chosen.length > 1 && chosen.includes('none'))
    context.addIssue({ code: 'custom', message: 'contains none and another way: omit one' });
  return chosen;
});

/** The address of an issuer stays as it is written: it has to be the same text as in its tokens. */
const issuer = z.string().refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  return isSafe && url?.username === '' && !/[?#]/.test(text);
}, 'must be an address like https://login.example.com, as in the tokens of the identity provider; plain http is for loopback only');

/** The settings of how callers of a server over HTTP sign in, in reading order. */
export const signInSettings = {
  MANYCHAT_MCP_SIGN_IN: ways.register(texts, {
    flag: 'sign-in',
    value: 'WAYS',
    list: true,
    serving: true,
    restricts: true,
    description:
      'how callers sign in: none (the default, on loopback only), tokens of the command tokens, oauth with the tokens of an identity provider, or client-key, where callers bring the key of their account. Several are separated by commas',
    summary: 'how callers sign in: none (default), tokens, oauth, client-key',
  }),
  MANYCHAT_MCP_TOKENS: z.string().optional().register(texts, {
    flag: 'tokens',
    value: 'PATH',
    serving: true,
    restricts: true,
    description:
      'file with the digests of the tokens that callers sign in with; by default tokens.json beside the accounts file. The command tokens writes it',
    summary: 'file with the tokens of callers',
  }),
  MANYCHAT_MCP_OAUTH_ISSUER: issuer.optional().register(texts, {
    flag: 'oauth-issuer',
    value: 'URL',
    serving: true,
    restricts: true,
    description: 'identity provider, exactly as its tokens name it; its keys and addresses are found from there',
    summary: 'identity provider, exactly as its tokens name it',
  }),
  MANYCHAT_MCP_OAUTH_AUDIENCE: z.string().optional().register(texts, {
    flag: 'oauth-audience',
    value: 'TEXT',
    serving: true,
    restricts: true,
    description:
      'audience that tokens of the identity provider must have; by default the public URL with /mcp, which clients ask tokens for',
    summary: 'audience of its tokens (default: the public URL with /mcp)',
  }),
  MANYCHAT_MCP_OAUTH_SCOPE_CLAIM: z.string().default('scope').register(texts, {
    flag: 'oauth-scope-claim',
    value: 'NAME',
    serving: true,
    restricts: true,
    description:
      'claim that holds the scopes; scope by default. With none, scopes do not matter: for identity providers that know no scopes of your own',
    summary: 'claim with the scopes (default: scope), or none',
  }),
  MANYCHAT_MCP_OAUTH_PROFILE_CLAIM: z.string().optional().register(texts, {
    flag: 'oauth-profile-claim',
    value: 'NAME',
    serving: true,
    restricts: true,
    description:
      'claim whose value, or one of whose values, names a profile of the accounts file, in addition to the claims in the profiles',
    summary: 'claim that names a profile of the accounts file',
  }),
};
