import type { z } from 'zod';
import { chosenConnectionId } from '../tools/connections.js';
import type { Endpoint } from '../tools/endpoint.js';
import type { Workflow } from '../tools/workflow.js';
import type { Config } from './config.js';

/** A tool as this server offers it: its declaration, and its input under the server's configuration. */
export interface Tool {
  readonly declaration: Endpoint | Workflow;
  readonly input: z.ZodObject;
}

/**
 * The tools that make sense under a configuration: no connection tools without Maton, and a `connection_id` on every
 * ManyChat tool unless one connection is pinned.
 */
export function offeredTools(declarations: readonly Tool['declaration'][], config: Config): Tool[] {
  const direct = config.access.mode === 'direct';
  const chooses = !direct && config.connection === undefined;
  const chosen = { connection_id: chosenConnectionId.optional() };
  return declarations
    .filter(({ api }) => !direct || api !== 'connections')
    .map((declaration) => {
      const { api, input } = declaration;
      return { declaration, input: chooses && api === 'manychat' ? input.safeExtend(chosen) : input };
    });
}
