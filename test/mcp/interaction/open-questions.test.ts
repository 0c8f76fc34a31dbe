import { expect, test } from 'vitest';
import { createOpenQuestions } from '../../../src/mcp/interaction/open-questions.js';
import { openQuestionsContract } from '../../support/open-questions-contract.js';

openQuestionsContract('memory', () => {
  const questions = createOpenQuestions();
  return [questions, questions];
});

test('evicts the oldest of more than 1,000 open questions and refuses it', async () => {
  const questions = createOpenQuestions();
  for (let index = 0; index <= 1_000; index += 1) await questions.add(`question ${index}`, 600, 'maria');
  expect(await questions.take('question 0')).toBe(false);
  expect(await questions.take('question 1')).toBe(true);
  expect(await questions.take('question 1000')).toBe(true);
});

test('evicts those of the caller with the most open questions, so that none pushes out the questions of others', async () => {
  const questions = createOpenQuestions();
  await questions.add('of john', 600, 'john');
  for (let index = 0; index <= 2_000; index += 1) await questions.add(`of mallory ${index}`, 600, 'mallory');
  expect(await questions.take('of mallory 1000')).toBe(false);
  expect(await questions.take('of mallory 2000')).toBe(true);
  expect(await questions.take('of john')).toBe(true);
});
