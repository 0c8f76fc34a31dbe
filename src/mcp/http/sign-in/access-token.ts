import type { JWTHeaderParameters, JWTPayload } from 'jose';

/** The types of tokens, where an issuer says one, that may be access tokens. Only the first says so (RFC 9068). */
const types = ['at+jwt', 'jwt'];

/** Claims that belong to ID tokens: a nonce of the client, and hashes of what was issued together with the token. */
const idClaims = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/**
 * Claims that ID tokens do not have: what the client may do, and who it is (RFC 9068, Okta), how it signed in (Entra) and by
 * which grant (Auth0). `azp` is in ID tokens as well.
 */
const accessClaims = ['scope', 'scp', 'permissions', 'client_id', 'cid', 'azpacr', 'appidacr', 'gty'];

const isFilled = (value: unknown): boolean => (typeof value === 'string' || Array.isArray(value)) && value.length > 0;

/**
 * Whether a token of an issuer is an access token, and no ID token: that says who somebody is to a client, and any client may
 * hold it. The audience of an ID token is a client, so one for the resource is an access token unless it has marks of the
 * other kind. Where the configured audience is something else, which can be a client too, it has to have marks of its own.
 * @param resource the resource that clients ask tokens for.
 */
export function isAccessToken(
  { typ }: Pick<JWTHeaderParameters, 'typ'>,
  claims: JWTPayload,
  resource: string,
): boolean {
  const type = typ?.toLowerCase().replace(/^application\//, '');
  if (type !== undefined && !types.includes(type)) return false;
  if (type === types[0]) return true;
  // Keycloak says it among the claims.
  if (typeof claims.typ === 'string') return claims.typ === 'Bearer';
  if (idClaims.some((name) => claims[name] !== undefined)) return false;
  return [claims.aud].flat().includes(resource) || accessClaims.some((name) => isFilled(claims[name]));
}
