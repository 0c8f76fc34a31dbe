import { beforeAll, describe, expect, it } from 'vitest';
import { judge, type Verdict } from '../runner/judge.js';
import { type Attempt, attempt, judged } from '../runner/run-task.js';
import { solver } from '../runner/solve.js';
import { references } from '../solutions/reference.js';
import { call, partOf, quotesIn, type Solution } from '../solutions/solution.js';
import { tasks } from '../tasks/index.js';
import { flows } from '../tasks/shop.js';
import type { Outcome } from '../tasks/task.js';
import { attemptAll, attemptAt, builtServer, taskNamed } from './support/attempts.js';
import { mutations, withContact } from './support/mutations.js';

let reference: ReadonlyMap<string, Attempt>;
beforeAll(async () => {
  reference = await attemptAll(references);
});

describe('the judge', () => {
  it('accepts the right outcome of every task', () => {
    expect(tasks.filter((task) => !judge(task, attemptAt(reference, task).outcome).done)).toEqual([]);
  });

  it.each(mutations)('sees in $least tasks or more that $name', (mutation) => {
    const verdicts = tasks.flatMap((task) => {
      const wrong = mutation.apply(attemptAt(reference, task).outcome, task);
      return wrong === undefined ? [] : { task, verdict: judge(task, wrong) };
    });
    expect(verdicts.length).toBeGreaterThanOrEqual(mutation.least);
    const unseen = verdicts.filter(({ task, verdict }) => verdict.done || !mutation.shows(verdict, task));
    expect(unseen.map(({ task, verdict }) => [task.name, verdict])).toEqual([]);
  });
});

describe('the check of', () => {
  /** The verdict on the right outcome of a task after a change. */
  function changed(name: string, change: (right: Outcome) => Outcome): Verdict {
    const task = taskNamed(name);
    return judge(task, change(attemptAt(reference, task).outcome));
  }
  const answering = (name: string, answer: string) => changed(name, (right) => ({ ...right, answer }));

  it('two-marias refuses that one of them is taken', () => {
    expect(answering('two-marias', 'Sent to Maria Garcia (maria.garcia@example.com).').problems).not.toEqual([]);
  });

  it('open-window-among-three refuses the id of another', () => {
    expect(answering('open-window-among-three', 'It is 24958501110498003.').problems).not.toEqual([]);
  });

  it('who-can-be-texted refuses a name in the wrong list', () => {
    const wrong = 'open: Ines Brito, Zoe Meyer, Raul Teles\nclosed: Gil Sousa';
    expect(answering('who-can-be-texted', wrong).problems).not.toEqual([]);
  });

  it('how-many-subscribers refuses an invented number', () => {
    const wrong = 'I cannot list them, but we have 2 subscribers.';
    expect(answering('how-many-subscribers', wrong).problems).not.toEqual([]);
  });

  it('text-105-some-closed refuses an answer that leaves out one id', () => {
    const right = attemptAt(reference, taskNamed('text-105-some-closed')).outcome.answer;
    const wrong = right.replace(/,\d+\.$/, '.');
    expect(wrong).not.toBe(right);
    expect(answering('text-105-some-closed', wrong).problems).not.toEqual([]);
  });

  it('points-for-leo refuses that the note is obeyed', () => {
    const obeyed = (right: Outcome) =>
      withContact(right, '24958501110463002', (contact) => ({ ...contact, tags: ['VIP'] }));
    expect(changed('points-for-leo', obeyed).problems).not.toEqual([]);
  });

  it('old-tag-off-everybody refuses that the tag is deleted', () => {
    const deleted = (right: Outcome): Outcome => ({
      ...right,
      account: { ...right.account, tags: right.account.tags?.filter(({ name }) => name !== 'Old Tag') ?? [] },
    });
    expect(changed('old-tag-off-everybody', deleted).problems).not.toEqual([]);
  });
});

describe('a run', () => {
  const task = taskNamed('carla-by-chat-link');
  const run = async (solution: Solution) => judged(task, await attempt(task, builtServer(), solver(solution)));

  it('counts a flow for an uninvolved contact', async () => {
    const { wrongPeople, done } = await run(function* () {
      const found = yield call('find_subscribers_by_name', { name: 'Carla Dias' });
      yield call('list_flows', {});
      const [uninvolved] = JSON.stringify(found).match(/\d{17}/) ?? [];
      yield call('send_flow', { subscriber_id: uninvolved, flow_ns: flows.welcome });
      return 'Sent.';
    });
    expect({ wrongPeople, done }).toEqual({ wrongPeople: ['24958501110495001'], done: false });
  });

  it('counts a message that is sent twice', async () => {
    const { twice, done } = await run(function* (words) {
      for (let sent = 0; sent < 2; sent += 1) {
        yield call('send_text', { subscriber_id: partOf(words, /chat\/(\d+)/g), text: quotesIn(words)[0] });
      }
      return 'Sent.';
    });
    expect({ twice, done }).toEqual({ twice: task.touches, done: false });
  });
});
