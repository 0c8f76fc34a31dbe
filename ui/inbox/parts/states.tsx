import type { ComponentChildren } from 'preact';
import type { Reading, Resource } from '../state/resource.js';
import { Icon } from './icon.js';

/** What the sandbox said against something, beside what it is about. */
export function ErrorText({ text, children }: { text: string | undefined; children?: ComponentChildren }) {
  if (text === undefined) return null;
  return (
    <div class="error" role="alert">
      <Icon name="warning" />
      <p>{text}</p>
      {children}
    </div>
  );
}

/** Stands where nothing is shown yet, and says why. */
export function EmptyText({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

/** The error of a reading with a button that reads again, or a text while nothing is known yet. */
export function ReadingState<T>({ reading, of, what }: { reading: Reading<T>; of: Resource<T>; what: string }) {
  if (reading.error !== undefined) {
    return (
      <ErrorText text={reading.error}>
        <button type="button" class="button small" onClick={() => of.invalidate()}>
          Try again
        </button>
      </ErrorText>
    );
  }
  return reading.data === undefined ? <p class="loading">{`Reading ${what}…`}</p> : null;
}
