import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** A status on the wire, in a tone of its own; null if there was none. */
export function Status({ status }: { status: number | null }) {
  const tone = status === null ? 'bad' : status < 300 ? 'good' : status < 500 ? 'warn' : 'bad';
  return <span class={`status status-${tone}`}>{status ?? 'no answer'}</span>;
}

/** A text of a body, exactly as it came. */
export function Code({ label, text }: { label: string; text: string }) {
  if (text === '') return null;
  return (
    <figure class="code">
      <figcaption>{label}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <pre dir="auto" tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}

/** Details that are drawn only while they are open. */
export function OnDemand({
  summary,
  isOpen = false,
  children,
}: {
  summary: string;
  isOpen?: boolean;
  children: () => ComponentChildren;
}) {
  const [open, setOpen] = useState(isOpen);
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children()}
    </details>
  );
}
