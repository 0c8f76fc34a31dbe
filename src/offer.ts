import { instructionsFor, type Prompt, prompts } from '../tools/prompts.js';
import { type Resource, resources } from '../tools/resources.js';
import type { Config } from './config.js';
import type { Tool } from './tool.js';

/** Everything a client is offered under one configuration. */
export interface Offer {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly prompts: readonly Prompt[];
  readonly instructions: string;
  /** What the user is asked to confirm first. */
  readonly confirm: Config['confirm'];
}

/** Tools that a text names. */
const toolsIn = (text: string): readonly string[] => text.match(/manychat_[a-z_]*[a-z]/g) ?? [];

/** What goes with the offered tools: no resource, prompt or sentence speaks of a tool that is not there. */
export function offerWith(tools: readonly Tool[], config: Config): Offer {
  const offered = new Set<string>(tools.map(({ declaration }) => declaration.name));
  return {
    tools,
    resources: resources.filter(({ content }) => !('endpoint' in content) || offered.has(content.endpoint.name)),
    prompts: prompts.filter((prompt) => toolsIn(prompt.text({})).every((name) => offered.has(name))),
    instructions: instructionsFor(offered),
    // What is only shown needs no consent.
    confirm: config.dryRun ? 'nothing' : config.confirm,
  };
}
