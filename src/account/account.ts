import { declarations } from '../../tools/index.js';
import type { AccountSettings } from '../config/accounts/settings.js';
import { createRedactor, type Redactor } from '../text/redaction.js';
import { createToolCaller, type ToolCaller, type ToolRefuser } from './call/call-tool.js';
import { createPipeline, type Pipeline } from './call/pipeline.js';
import type { Host } from './host.js';
import { inboxOf, showsMessages } from './inbox/calls/inbox-of-call.js';
import { offeredTools, type Tool } from './policy/tool.js';

/** One tenant: a credential, a policy, and what is remembered for them. */
export interface Account {
  readonly settings: AccountSettings;
  /** The tools that the account is offered. */
  readonly tools: readonly Tool[];
  /** Every tool, chosen or excluded, for what this program calls itself. None does the job of an excluded tool instead of it. */
  readonly everyTool: readonly Tool[];
  /** Removes the secrets of the process and of this account from texts. */
  readonly redactor: Redactor;
  readonly call: ToolCaller;
  readonly refuse: ToolRefuser;
  readonly pipeline: Pipeline;
  /** Calls back when contacts have written, until the returned function is called. Absent if the account shows no messages. */
  readonly watchMessages?: ((changed: () => void) => () => void) | undefined;
  /** Aborts the calls that are open. */
  close(): void;
}

const everyName: ReadonlySet<string> = new Set(declarations.map(({ name }) => name));

/** Opens an account on a host. Accounts of one host share no limit, guard key, cache or secret, even if their ids are equal. */
export function openAccount(shared: Host, settings: AccountSettings): Account {
  const { access, policy, keyFromCaller = false } = settings;
  const redactor = createRedactor([...shared.secrets, ...(access.mode === 'none' ? [] : [access.key])]);
  const host = keyFromCaller ? { ...shared, log: shared.logForAccount(redactor) } : shared;
  const releaseLog = keyFromCaller ? undefined : host.redactLogWith(redactor);
  const closing = new AbortController();
  const pipeline = createPipeline(host, settings, redactor, closing.signal);
  function close(): void {
    closing.abort();
    host.closing.removeEventListener('abort', close);
    releaseLog?.();
  }
  host.closing.addEventListener('abort', close, { once: true });
  const tools = offeredTools(declarations, settings);
  const names = new Set<string>(tools.map(({ declaration }) => declaration.name));
  return {
    settings,
    tools,
    everyTool: offeredTools(declarations, { ...settings, policy: { ...policy, chosen: everyName, readOnly: false } }),
    redactor,
    ...createToolCaller(host, settings, redactor, pipeline, (tool) => names.has(tool)),
    pipeline,
    watchMessages: showsMessages(settings) ? inboxOf({ host, settings })?.watch : undefined,
    close,
  };
}
