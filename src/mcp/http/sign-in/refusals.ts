import { bearerAuthChallengeResponse, OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import { operatorDoes } from '../../../text/operator.js';
import { errorResponse } from '../responses.js';
import { scopes } from './scopes.js';

/** What a caller is told whose token cannot be checked. */
const issuerSilent =
  'The identity provider of this server cannot be reached, so nobody can sign in. Try again in a minute. If it happens again, tell the person who runs this server.';

/**
 * The response to a caller who has not signed in. Its challenge names all scopes: clients ask for those that it names, and a
 * shorter list would make everybody read-only. The identity provider and its users take away what is not to be.
 * @param resourceMetadataUrl where clients learn which identity provider they have to ask; undefined if there is none.
 */
export const notSignedIn = (message: string, resourceMetadataUrl: string | undefined): Response =>
  bearerAuthChallengeResponse(
    new OAuthError(OAuthErrorCode.InvalidToken, message),
    resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl, requiredScopes: [...scopes] },
  );

/** The response to a caller who is signed in and may do nothing here. Signing in again does not help. */
export const nothingGranted = (): Response =>
  errorResponse(
    403,
    `You are signed in, and may use nothing on this server. ${operatorDoes('decides who may use it, in the profiles of its accounts file.')}`,
  );

/** The response to a request whose headers cannot be understood. */
export const badHeaders = (problem: string): Response =>
  errorResponse(400, `${problem}. Nothing was done: correct the headers in the settings of your client.`);

/** The response while tokens cannot be checked. */
export const issuerDown = (): Response => errorResponse(503, issuerSilent, { 'retry-after': '10' });

/** The response to a token without a scope that allows anything. A client can ask its user for more. */
export const noScope = (resourceMetadataUrl: string | undefined): Response =>
  bearerAuthChallengeResponse(
    new OAuthError(
      OAuthErrorCode.InsufficientScope,
      `The token has no scope for anything that you may do here: there are ${scopes.join(', ')}`,
    ),
    { requiredScopes: [...scopes], ...(resourceMetadataUrl !== undefined && { resourceMetadataUrl }) },
  );
