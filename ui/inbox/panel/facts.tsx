import { Foreign } from '../parts/labels.js';

/** Names with their values; those without a value are left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>
              <Foreign text={name} />
            </dt>
            <dd>
              <Foreign text={value} />
            </dd>
          </div>
        ))}
    </dl>
  );
}
