import { expect, test } from 'vitest';
import { roundedDuration } from '../../src/cli/shell/duration.js';

test.each([
  [0, '1 second'],
  [2, '2 seconds'],
  [119, '119 seconds'],
  [150, '3 minutes'],
  [7_200, '2 hours'],
  [10 * 86_400, '10 days'],
])('words %d seconds as "%s"', (seconds, text) => {
  expect(roundedDuration(seconds)).toBe(text);
});
