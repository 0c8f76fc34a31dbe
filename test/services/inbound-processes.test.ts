import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { asObject } from '../../tools/contract/json.js';
import { wordsIn } from '../support/inbound-runs/agent.js';
import { guestsOf } from '../support/inbound-runs/guests.js';
import { createRandom } from '../support/random.js';
import { Lot } from '../support/sequences/lot.js';
import { answerRest, listAll, startInboundTeam } from './support/inbound-team.js';
import { startRedis } from './support/redis.js';
import { temporaryFolder } from './support/temporary.js';

/** How many bursts contacts write, and the time between two of them in milliseconds. */
const bursts = 100;
const everyMs = 500;

const share = {
  'a SQLite file': async () => ({ MANYCHAT_MCP_STATE_FILE: join(temporaryFolder(), 'state.db') }),
  Redis: async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    return { MANYCHAT_MCP_REDIS_URL: redis.url };
  },
} as const;

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

test.each(['a SQLite file', 'Redis'] as const)(
  'servers on %s are killed at random moments: no contact gets two answers, and no acknowledged message is lost',
  async (name) => {
    const lot = new Lot(createRandom(name.length));
    const guests = guestsOf(5);
    const team = await startInboundTeam(await share[name](), guests, lot.random);
    const { sandbox } = team;
    const written: { readonly word: string; readonly id: string }[] = [];
    for (let burst = 0; burst < bursts; burst += 1) {
      const guest = guests[lot.number(0, guests.length - 1)];
      if (guest === undefined) throw new Error('there are guests');
      if (lot.chance(0.2)) sandbox.injectCallFault({ repeat_after_ms: lot.number(0, 3_000) });
      for (let left = lot.number(1, 2); left > 0; left -= 1) {
        const word = `w${written.length}x`;
        sandbox.contactWrites(guest.id, { text: word });
        written.push({ word, id: guest.id });
      }
      await rest(everyMs);
    }
    await team.calmDown();
    await answerRest(team);

    const listed = (await listAll(team)).filter(({ from_contact: text }) => text !== undefined);
    const delivered = sandbox.messages().filter((each) => each.delivered);
    const answersTo = (word: string) =>
      delivered.filter(({ messages }) => messages.some((each) => wordsIn(String(asObject(each).text)).includes(word)));
    const calls = sandbox.calls();
    const problems: string[] = [];
    for (const { word, id } of written) {
      const answers = answersTo(word);
      if (answers.length > 1) problems.push(`${word} has ${answers.length} answers`);
      if (answers.some(({ subscriber_id: contact }) => contact !== id)) problems.push(`${word} is answered elsewhere`);
      const isAcknowledged = calls.some(
        ({ status, request }) => status === 200 && asObject(request.body).text === word,
      );
      const holding = listed.filter(({ from_contact: text }) => wordsIn(String(text)).includes(word));
      if (isAcknowledged && holding.length === 0) problems.push(`${word} was acknowledged, and is lost`);
      if (holding.length > 1) problems.push(`${word} is in ${holding.length} messages`);
    }
    for (const { message_id: id, state, from_contact: text } of listed) {
      const arrived = wordsIn(String(text)).every((word) => answersTo(word).length === 1);
      // An answer that was being sent when its server was killed stays that for a quarter of an hour, and is then unknown.
      if (!['written', 'sent', 'unknown', 'late'].includes(String(state))) problems.push(`${id} is ${state}`);
      if (state === 'sent' && !arrived) problems.push(`${id} is sent, and did not arrive`);
    }
    expect(problems).toEqual([]);
    expect(team.killed()).toBeGreaterThan(5);
    for (const state of ['sent', 'written'])
      expect(listed.filter((each) => each.state === state).length, state).toBeGreaterThan(5);
  },
  400_000,
);
