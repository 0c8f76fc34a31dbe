import { describe, expect, test } from 'vitest';
import { contentGrammar } from '../../tools/guidance/grammar-guide.js';
import { instructionsFor } from '../../tools/guidance/instructions.js';
import { prompts } from '../../tools/guidance/prompts.js';
import { declarations } from '../../tools/index.js';
import { useCaller } from '../support/sandboxed.js';

const descriptionOf = (name: string): string => {
  const { description } = declarations.find((each) => each.name === name) ?? {};
  if (description === undefined) throw new Error(`there is no ${name}`);
  return description;
};

describe('what the API cannot do', () => {
  test('is in the instructions, whichever tools are offered', () => {
    for (const offered of [new Set<string>(), new Set(declarations.map(({ name }) => name))]) {
      expect(instructionsFor(offered)).toContain(
        'cannot list or count contacts, nor by tag, nor show sent messages or orders',
      );
      expect(instructionsFor(offered)).toContain('Nothing here sends e-mail or SMS');
    }
  });

  test.each([
    ['manychat_list_tags', /cannot list or count the contacts that have a tag/],
    ['manychat_find_subscribers', /cannot list or count contacts/],
    ['manychat_find_subscribers_by_name', /cannot list or count contacts/],
    ['manychat_get_page', /not how many contacts/],
    ['manychat_for_each_subscriber', /lists no contacts, nor by tag/],
    ['manychat_get_subscriber', /no message history/],
    ['manychat_send_text', /no e-mail or SMS/],
    ['manychat_list_flows', /made in ManyChat's editor/],
  ])('is in the description of %s', (name, words) => expect(descriptionOf(name)).toMatch(words));

  test('is in the grammar of content', () => {
    expect(contentGrammar).toContain('nothing here sends e-mail or SMS. Sent messages cannot be read');
  });

  const used = useCaller();

  test('is in the warning of a search that finds nothing', async () => {
    const { warnings } = await used.result('manychat_find_subscribers_by_name', { name: '*' });
    expect(warnings).toEqual([
      expect.stringMatching(/no tool finds contacts by part of a name, lists them all or counts/),
    ]);
  });

  test('is in the hint for a contact that does not exist', async () => {
    const { kind, hint } = await used.failure('manychat_get_subscriber', { subscriber_id: '1' });
    expect(kind).toBe('not_found');
    expect(hint).toContain('the API cannot list them');
  });
});

describe('emptying a tag', () => {
  test.each([['manychat_delete_tag'], ['manychat_delete_tag_by_name']])('is not what %s does', (name) => {
    expect(descriptionOf(name)).toMatch(
      /^Deletes the tag itself, .* a new tag has a new id, which flows and rules do not/,
    );
    expect(descriptionOf(name)).toMatch(
      /Not for emptying a tag: a person does that on ManyChat's own screen, and decides/,
    );
  });

  test.each([['manychat_remove_tag_from_subscriber'], ['manychat_remove_tag_from_subscriber_by_name']])(
    'is left to a person by %s, which does not lead to deleting',
    (name) => {
      expect(descriptionOf(name)).toMatch(/from every contact: only a person, on ManyChat's own screen/);
      expect(descriptionOf(name)).not.toContain('manychat_delete_tag');
    },
  );

  test('is not deleting and creating, says manychat_create_tag', () => {
    expect(descriptionOf('manychat_create_tag')).toMatch(
      /a new one has a new id, which flows and rules do not follow, so never delete and create a tag to empty it/,
    );
  });

  test('is left to the user by the prompt that tidies up', () => {
    const text = prompts.find(({ name }) => name === 'tidy_tags')?.text({}) ?? '';
    expect(text).toMatch(/deletes the tag itself.*To only empty a tag, I do it on ManyChat's own screen/);
  });
});
