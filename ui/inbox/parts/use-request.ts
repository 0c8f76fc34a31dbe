import { useRef, useState } from 'preact/hooks';

/** A request that a user starts: at most one at a time, and what the sandbox said against it. */
export interface UserRequest {
  readonly isBusy: boolean;
  readonly error: string | undefined;
  /** Does nothing while one is in flight. Resolves with whether it succeeded. */
  start(act: () => Promise<unknown>): Promise<boolean>;
  forgetError(): void;
}

export function useRequest(): UserRequest {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>(undefined);
  // The state follows with the next drawing, which is too late for a second press.
  const inFlight = useRef(false);
  return {
    isBusy,
    error,
    async start(act) {
      if (inFlight.current) return false;
      inFlight.current = true;
      setBusy(true);
      setError(undefined);
      try {
        await act();
        return true;
      } catch (failure) {
        setError(failure instanceof Error ? failure.message : String(failure));
        return false;
      } finally {
        inFlight.current = false;
        setBusy(false);
      }
    },
    forgetError: () => setError(undefined),
  };
}
