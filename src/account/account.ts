import { declarations } from '../../tools/index.js';
import type { AccountSettings } from '../config/account-settings.js';
import { createToolCaller, type ToolCaller } from './call/call-tool.js';
import { createPipeline, type Pipeline } from './call/pipeline.js';
import type { Host } from './host.js';
import { offeredTools, type Tool } from './policy/tool.js';

/** One tenant: a credential, a policy, and what is remembered for them. */
export interface Account {
  readonly settings: AccountSettings;
  /** The tools that the account is offered. */
  readonly tools: readonly Tool[];
  /** Every tool, chosen or not, for what this program calls itself. What was excluded stays forbidden. */
  readonly everyTool: readonly Tool[];
  readonly call: ToolCaller;
  readonly pipeline: Pipeline;
  /** Aborts the calls that are open. */
  close(): void;
}

const everyName: ReadonlySet<string> = new Set(declarations.map(({ name }) => name));

/** Opens an account on a host. Accounts of one host share no limit, guard key or cache, even if their ids are equal. */
export function openAccount(host: Host, settings: AccountSettings): Account {
  const { access, policy } = settings;
  if (access.mode !== 'none') host.redactor.learn('key', access.key);
  const closing = new AbortController();
  const pipeline = createPipeline(host, settings, closing.signal);
  return {
    settings,
    tools: offeredTools(declarations, settings),
    everyTool: offeredTools(declarations, { ...settings, policy: { ...policy, chosen: everyName, readOnly: false } }),
    call: createToolCaller(host, settings, pipeline),
    pipeline,
    close: () => closing.abort(),
  };
}
