import { createSendGuard } from '../../../src/account/send-guard/memory-send-guard.js';
import { sendGuardContract } from '../../support/send-guard-contract.js';

sendGuardContract('memory', ({ now }) => {
  const guard = createSendGuard(now);
  return { guard, second: guard, inOrder: true };
});
