import type { ComponentChildren } from 'preact';
import { ChannelLabel, Foreign } from '../parts/labels.js';
import { ReadingState } from '../parts/states.js';
import { useInbox, useReading } from '../parts/use-inbox.js';
import type { Hook } from '../server/shapes.js';
import { valueText } from './value-text.js';

function Part({
  title,
  count,
  none,
  children,
}: {
  title: string;
  count: number;
  none: string;
  children: ComponentChildren;
}) {
  return (
    <section>
      <h2>
        {title} <span class="count">{count}</span>
      </h2>
      {count === 0 ? <p class="hint">{none}</p> : children}
    </section>
  );
}

const events: Readonly<Record<string, string>> = {
  message: 'a contact writes',
  flow: 'a flow starts:',
  tag_applied: 'a tag is added:',
  tag_removed: 'a tag is removed:',
  field_changed: 'a field changes:',
  new_contact: 'a contact is added',
};

function HookItem({ hook }: { hook: Hook }) {
  const { name, kind, on, flow, tag, field, channel, method, url } = hook;
  const about = flow ?? tag ?? field ?? '';
  return (
    <li class="thing">
      <p>
        <Foreign text={name} as="strong" />{' '}
        <span class="kind">{kind === 'block' ? 'dynamic block' : 'External Request'}</span>
      </p>
      <p class="hint">
        {`When ${events[on] ?? on} `}
        <bdi>{about}</bdi>
        {channel !== undefined && channel !== null && <ChannelLabel channel={channel} />}
      </p>
      <p class="address" dir="auto">{`${method} ${url}`}</p>
    </li>
  );
}

/** The tags, fields, flows, hooks and connections of the account. */
export function AccountTab() {
  const inbox = useInbox();
  const reading = useReading(inbox.account);
  const { data: overview } = useReading(inbox.overview);
  const { data: account } = reading;
  if (account === undefined) return <ReadingState reading={reading} of={inbox.account} what="the account" />;
  const { tags, fields, flows, hooks } = account;
  const connections = overview?.connections ?? [];
  return (
    <>
      <Part title="Tags" count={tags.length} none="None.">
        <p class="hint">Choose a tag to list its contacts.</p>
        <p class="tags">
          {tags.map(({ id, name }) => (
            <button key={id} type="button" class="tag" onClick={() => inbox.filterByTag(name)}>
              <Foreign text={name} />
            </button>
          ))}
        </p>
      </Part>
      <Part title="Fields" count={fields.length} none="None.">
        <ul class="things">
          {fields.map(({ id, name, type, bot, value, description }) => (
            <li class="thing" key={`${bot === true ? 'bot' : 'custom'} ${id}`}>
              <p>
                <Foreign text={name} as="strong" />{' '}
                <span class="kind">{bot === true ? `${type}, bot field` : type}</span>
              </p>
              {bot === true && value !== null && value !== '' && (
                <p>
                  <Foreign text={valueText(value)} />
                </p>
              )}
              {description !== '' && (
                <p class="hint">
                  <Foreign text={description} />
                </p>
              )}
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Flows" count={flows.length} none="None.">
        <ul class="things">
          {flows.map(({ ns, name, channel, template, texts }) => (
            <li class="thing" key={ns}>
              <p>
                <Foreign text={name} as="strong" /> <ChannelLabel channel={channel} />
                {template && <span class="kind">template</span>}
              </p>
              {texts.length > 0 && (
                <p class="hint">
                  <Foreign text={texts.join(' ')} />
                </p>
              )}
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Hooks" count={hooks.length} none="None. POST /sandbox/hooks adds what flows and Rules call.">
        <ul class="things">
          {hooks.map((hook) => (
            <HookItem key={hook.name} hook={hook} />
          ))}
        </ul>
      </Part>
      <Part title="Connections" count={connections.length} none="None.">
        <ul class="things">
          {connections.map(({ connection_id: id, status, url }) => (
            <li class="thing" key={id}>
              <p>
                <span class={`status status-${status === 'ACTIVE' ? 'good' : 'warn'}`}>{status}</span>
              </p>
              <p class="address">{id}</p>
              {status === 'PENDING' && (
                <p>
                  <a href={url} target="_blank" rel="noopener noreferrer">
                    Open its connection page
                  </a>
                </p>
              )}
            </li>
          ))}
        </ul>
      </Part>
    </>
  );
}
