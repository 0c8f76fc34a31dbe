import { Icon } from '../parts/icon.js';
import { channelNames } from '../parts/labels.js';
import { useCell, useInbox } from '../parts/use-inbox.js';
import { channels } from '../server/shapes.js';

/** The search, and what contacts are narrowed down to. */
export function ContactFilters() {
  const inbox = useInbox();
  const filters = useCell(inbox.filters);
  return (
    <search class="filters">
      <label class="search-box">
        <Icon name="search" />
        <span class="only-read">Search by name, id, email or phone</span>
        <input
          type="search"
          placeholder="Name, id, email or phone"
          value={filters.search}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => inbox.filter({ search: currentTarget.value })}
        />
      </label>
      <div class="filter-row">
        <label>
          <span class="only-read">Channel</span>
          <select
            value={filters.channel}
            onChange={({ currentTarget }) => inbox.filter({ channel: currentTarget.value })}
          >
            <option value="">All channels</option>
            {channels.map((channel) => (
              <option key={channel} value={channel}>
                {channelNames[channel]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="only-read">Window</span>
          <select
            value={filters.window}
            onChange={({ currentTarget }) => inbox.filter({ window: currentTarget.value })}
          >
            <option value="">Any window</option>
            <option value="open">Window open</option>
            <option value="closed">Window closed</option>
            <option value="never">Never wrote</option>
          </select>
        </label>
      </div>
      {filters.tag !== '' && (
        <p class="filter-tag">
          Tag <bdi class="tag">{filters.tag}</bdi>
          <button type="button" class="link" onClick={() => inbox.filter({ tag: '' })}>
            Remove
          </button>
        </p>
      )}
    </search>
  );
}
