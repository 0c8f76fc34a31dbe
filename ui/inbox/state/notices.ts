/** What can be read again. */
export const topics = [
  'overview',
  'contacts',
  'contact',
  'conversation',
  'requests',
  'calls',
  'account',
  'faults',
] as const;
export type Topic = (typeof topics)[number];

/** What a notice without ids leads to. */
const topicsOf: Readonly<Record<string, readonly Topic[]>> = {
  requests: ['requests'],
  calls: ['calls'],
  account: ['account', 'overview', 'contacts', 'contact'],
  faults: ['faults'],
  clock: ['overview', 'contacts', 'contact'],
  all: topics,
};

function parsed(data: string): object {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What a notice of the sandbox says to read again; everything, if it cannot be understood. */
export function topicsToRead(data: string, selected: string | undefined): readonly Topic[] {
  const notice = parsed(data);
  const due = Object.entries(notice).flatMap(([kind, value]): readonly Topic[] => {
    if (kind !== 'contacts') return topicsOf[kind] ?? [];
    const concernsSelected = !Array.isArray(value) || value.includes(selected);
    return concernsSelected ? ['contacts', 'contact', 'conversation'] : ['contacts'];
  });
  return due.length === 0 ? topics : [...new Set(due)];
}
