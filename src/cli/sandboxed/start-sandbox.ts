import { UsageError } from '../../config/usage-error.js';
import { PreparationError, type Sandbox, startSandbox } from '../../sandbox/index.js';
import { errorCode } from '../../text/error-text.js';

/** How a user starts a sandbox. */
export interface SandboxStart {
  readonly port?: number;
  readonly followers?: number;
  readonly now?: string | undefined;
  readonly accountFile?: string | undefined;
}

/** Starts a sandbox. @throws UsageError if the port is taken, or time or account are wrong */
export async function startForUser({ now, accountFile, ...rest }: SandboxStart): Promise<Sandbox> {
  try {
    return await startSandbox({
      ...rest,
      ...(now !== undefined && { now }),
      ...(accountFile !== undefined && { accountFile }),
    });
  } catch (error) {
    if (error instanceof PreparationError) throw new UsageError(`the sandbox cannot be prepared:\n${error.message}`);
    throw errorCode(error) === 'EADDRINUSE' ? new UsageError('the port is in use; choose another with --port') : error;
  }
}
