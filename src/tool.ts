import type { z } from 'zod';
import { chosenConnectionId } from '../tools/connections.js';
import type { Endpoint } from '../tools/endpoint.js';
import type { Config } from './config.js';

/** A tool as this server offers it: its declaration, and its input under the server's configuration. */
export interface Tool {
  readonly endpoint: Endpoint;
  readonly input: z.ZodObject;
}

/**
 * The tools that make sense under a configuration: no connection tools without Maton, and a `connection_id` on every
 * ManyChat tool unless one connection is pinned.
 */
export function offeredTools(endpoints: readonly Endpoint[], config: Config): Tool[] {
  const direct = config.access.mode === 'direct';
  const chooses = !direct && config.connection === undefined;
  const chosen = { connection_id: chosenConnectionId.optional() };
  return endpoints
    .filter((endpoint) => !direct || endpoint.api === 'manychat')
    .map((endpoint) => ({
      endpoint,
      input: chooses && endpoint.api === 'manychat' ? endpoint.input.safeExtend(chosen) : endpoint.input,
    }));
}
