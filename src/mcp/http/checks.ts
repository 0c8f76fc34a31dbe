import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';

/** The host names, without ports, that requests may have in their headers, beside those of loopback. */
export interface AllowedNames {
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
}

/**
 * Creates the check that protects against DNS rebinding and against the web pages of others. It gives the response to a
 * request with a host or an origin that is not allowed.
 */
export function createNameCheck({ hosts, origins }: AllowedNames): (request: Request) => Response | undefined {
  const allowedHosts = [...localhostAllowedHostnames(), ...hosts];
  const allowedOrigins = [...localhostAllowedOrigins(), ...origins];
  return (request) =>
    hostHeaderValidationResponse(request, allowedHosts) ?? originValidationResponse(request, allowedOrigins);
}
