import { expect, test } from 'vitest';
import { createOpenQuestions } from '../../../src/mcp/interaction/open-questions.js';
import { openQuestionsContract } from '../../support/open-questions-contract.js';

openQuestionsContract('memory', () => {
  const questions = createOpenQuestions();
  return [questions, questions];
});

test('evicts the oldest of more than 1,000 open questions and refuses it', async () => {
  const questions = createOpenQuestions();
  for (let index = 0; index <= 1_000; index += 1) await questions.add(`question ${index}`, 600);
  expect(await questions.take('question 0')).toBe(false);
  expect(await questions.take('question 1')).toBe(true);
  expect(await questions.take('question 1000')).toBe(true);
});
