import { JobRefused } from '../preview/question.js';

/**
 * The values of promises once all have settled, in their order.
 * @throws JobRefused with every refusal, unless one failed otherwise.
 */
export async function allOf<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  const results = await Promise.allSettled(promises);
  const errors: unknown[] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const other = errors.find((error) => !(error instanceof JobRefused));
  if (other !== undefined) throw other;
  const refusals = errors.flatMap((error) => (error instanceof JobRefused ? error.refusals : []));
  if (refusals.length > 0) throw new JobRefused(refusals);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
