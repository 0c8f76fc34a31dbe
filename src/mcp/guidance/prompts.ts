import { completable, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { quoted } from '../../../tools/contract/quoted.js';
import type { ReferenceKind } from '../../../tools/contract/reference.js';
import type { Prompt, PromptArgument } from '../../../tools/guidance/prompts.js';
import { cleanContact } from '../../../tools/values/addresses/contact.js';
import { nameList } from '../../config/accounts/names.js';
import type { Open } from '../backend.js';
import { accountMissing, findAccount, matchingNames } from '../listing/choose-account.js';

/** Completes the argument of a prompt with names from an account. */
type Complete = (kind: ReferenceKind, typed: string, account: string | undefined) => Promise<string[]>;

function schemaOf(argument: PromptArgument, complete: Complete): z.ZodType<string | undefined> {
  const { description, required, completes, isContact = false } = argument;
  const text = isContact ? z.string().overwrite(cleanContact).describe(description) : z.string().describe(description);
  const schema =
    completes === undefined
      ? text
      : completable(text, (typed, context) => complete(completes, typed, context?.arguments?.account));
  return required ? schema : schema.optional();
}

/** The argument that names the account of a prompt. */
function accountSchema(accounts: readonly string[]) {
  const choices = `there are ${nameList(accounts.map((name) => ({ name })))}`;
  const missing = `${accountMissing({ accounts })}: ${choices}`;
  const schema = z
    .string({ error: missing })
    .transform((text, context): string => {
      const found = text.trim() === '' ? { problem: missing } : findAccount(accounts, text);
      if ('name' in found) return found.name;
      const message = found.problem === missing ? missing : `${found.problem}; ${choices}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .describe('Account to work in');
  return completable(schema, (typed) => matchingNames(accounts, typed ?? ''));
}

const inAccount = (account: string): string =>
  `\n\nAll of this is in account ${quoted(account)}: pass it as account with every call.`;

/** Registers the prompts. Their arguments are completed with names from the account. */
export function registerPrompts(
  server: McpServer,
  { prompts, accounts }: { readonly prompts: readonly Prompt[]; readonly accounts: readonly string[] },
  open: Open,
): void {
  const complete: Complete = async (kind, typed, account) => {
    if (accounts.length === 0) return (await open()).complete(kind, typed);
    const found = findAccount(accounts, account ?? '');
    return 'name' in found ? (await open(found.name)).complete(kind, typed) : [];
  };
  for (const { name, title, description, ...prompt } of prompts) {
    const shape = Object.entries(prompt.arguments).map(([key, each]) => [key, schemaOf(each, complete)] as const);
    const own = Object.fromEntries(shape);
    const argsSchema = z.object(accounts.length === 0 ? own : { account: accountSchema(accounts), ...own });
    server.registerPrompt(name, { title, description, argsSchema }, ({ account, ...args }) => {
      const text = prompt.text(args) + (account === undefined ? '' : inAccount(account));
      return { messages: [{ role: 'user', content: { type: 'text', text } }] };
    });
  }
}
