import { useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.js';
import { ErrorText } from '../parts/states.js';
import { useInbox } from '../parts/use-inbox.js';
import { useRequest } from '../parts/use-request.js';

/** Returns the sandbox to its start, once that is confirmed. */
export function ResetButton() {
  const inbox = useInbox();
  const dialog = useRef<HTMLDialogElement>(null);
  const resetting = useRequest();
  const reset = async (): Promise<void> => {
    if (await resetting.start(inbox.reset)) dialog.current?.close();
  };
  return (
    <>
      <button
        type="button"
        class="button"
        aria-label="Reset the sandbox"
        onClick={() => {
          resetting.forgetError();
          dialog.current?.showModal();
        }}
      >
        <Icon name="reset" />
        <span class="button-text">Reset</span>
      </button>
      <dialog ref={dialog} aria-labelledby="reset-title">
        <h2 id="reset-title">Reset the sandbox?</h2>
        <p>
          All messages, requests, calls and faults are forgotten. Contacts, tags and fields are again as at the start,
          and so is the clock.
        </p>
        <ErrorText text={resetting.error} />
        <div class="dialog-end">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="button" class="button danger" aria-disabled={resetting.isBusy} onClick={() => void reset()}>
            {resetting.isBusy ? 'Resetting…' : 'Reset'}
          </button>
        </div>
      </dialog>
    </>
  );
}
