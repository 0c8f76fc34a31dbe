import { describe, expect, test } from 'vitest';
import { needsConfirmation, offeredOf } from '../../../src/account/policy/policy.js';
import type { Policy } from '../../../src/config/accounts/settings.js';
import { type Effect, effectRules } from '../../../tools/contract/effect.js';
import { declarations } from '../../../tools/index.js';
import { configOf } from '../../support/config.js';

const effects: readonly string[] = Object.keys(effectRules);
const isEffect = (name: string): name is Effect => effects.includes(name);

describe('the effects that are confirmed', () => {
  test.each<[Policy['confirm'], Effect[]]>([
    ['nothing', []],
    ['destroy', ['destroy']],
    ['sends', ['destroy', 'send']],
  ])('with --confirm %s are %j', (confirm, expected) => {
    const confirmed = effects.filter(isEffect).filter((effect) => needsConfirmation(effect, confirm));
    expect(confirmed.toSorted()).toEqual(expected.toSorted());
  });
});

describe('an offered tool', () => {
  /** How a tool is offered under an environment. */
  function offered(tool: string, environment: Record<string, string>) {
    const found = offeredOf(declarations, configOf(environment).account).find(({ tool: { name } }) => name === tool);
    if (found === undefined) throw new Error(`${tool} is not offered`);
    return found;
  }
  const maton = { MATON_API_KEY: 'k' };
  const pinned = { ...maton, MATON_CONNECTION_ID: 'c1' };
  const direct = { MANYCHAT_API_KEY: '1:a' };

  test.each<[string, string, Record<string, string>, boolean]>([
    ['takes a connection_id through Maton', 'manychat_get_page', maton, true],
    ['takes none if a connection is pinned', 'manychat_get_page', pinned, false],
    ['takes none if ManyChat is reached directly', 'manychat_get_page', direct, false],
    ['takes none beside its own input if it is about connections', 'manychat_get_connection', maton, false],
  ])('%s', (_, tool, environment, takesConnection) => {
    expect(offered(tool, environment)).toMatchObject({ takesConnection });
  });

  test.each<[string, string, boolean]>([
    ['returns its requests in a dry run if it changes something', 'manychat_create_tag', true],
    ['works in a dry run as usual if it only reads', 'manychat_list_tags', false],
  ])('%s', (_, tool, dryRun) => {
    expect(offered(tool, { ...pinned, MANYCHAT_MCP_DRY_RUN: '1' })).toMatchObject({ dryRun });
    expect(offered(tool, pinned)).toMatchObject({ dryRun: false });
  });
});
