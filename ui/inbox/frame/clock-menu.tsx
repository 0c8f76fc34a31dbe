import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.js';
import { ErrorText } from '../parts/states.js';
import { useCell, useInbox } from '../parts/use-inbox.js';
import { useRequest } from '../parts/use-request.js';
import { timeText } from '../state/times.js';

const units = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
type Unit = keyof typeof units;
const unitNames: readonly Unit[] = ['minutes', 'hours', 'days'];

/** The sandbox's clock, with what moves it. */
export function ClockMenu() {
  const inbox = useInbox();
  const now = useCell(inbox.now);
  const [isOpen, setOpen] = useState(false);
  const [amount, setAmount] = useState('3');
  const [unit, setUnit] = useState<Unit>('hours');
  const [moved, setMoved] = useState('');
  const moving = useRequest();
  const menu = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    const closeOutside = ({ target }: Event): void => {
      if (target instanceof Node && !menu.current?.contains(target)) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, [isOpen]);

  const close = (): void => {
    setOpen(false);
    opener.current?.focus();
  };
  const move = async (milliseconds: number): Promise<void> => {
    setMoved('');
    await moving.start(async () => {
      setMoved(`The clock is now at ${timeText(await inbox.moveClock(milliseconds), 'clock')}.`);
    });
  };
  const moveAmount = (event: Event): void => {
    event.preventDefault();
    void move(Math.round(Number(amount) * units[unit]));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes what is in it
    <div
      class="clock"
      ref={menu}
      onKeyDown={({ key }) => {
        if (key === 'Escape' && isOpen) close();
      }}
    >
      <button
        type="button"
        class="button clock-button"
        ref={opener}
        aria-expanded={isOpen}
        aria-controls="clock-menu"
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="clock" />
        <span class="only-read">Sandbox time: </span>
        <time class="long" dateTime={now === undefined ? undefined : new Date(now).toISOString()}>
          {now === undefined ? '…' : timeText(now, 'clock')}
        </time>
        <span class="short">{now === undefined ? '…' : timeText(now, 'shortClock')}</span>
      </button>
      <div class="menu" id="clock-menu" hidden={!isOpen}>
        <h2>Move the clock</h2>
        <p class="hint">Windows close as time passes. The clock only moves forward; a reset returns to the start.</p>
        <div class="move-row">
          <button type="button" class="button" aria-disabled={moving.isBusy} onClick={() => void move(units.hours)}>
            +1 hour
          </button>
          <button
            type="button"
            class="button"
            aria-disabled={moving.isBusy}
            onClick={() => void move(24 * units.hours)}
          >
            +24 hours
          </button>
        </div>
        <form class="move-row" aria-label="Move the clock by an amount" onSubmit={moveAmount}>
          <label>
            <span class="only-read">Amount</span>
            <input
              type="text"
              inputMode="decimal"
              value={amount}
              onInput={({ currentTarget }) => setAmount(currentTarget.value)}
            />
          </label>
          <label>
            <span class="only-read">Unit</span>
            <select
              value={unit}
              onChange={({ currentTarget: { value } }) => setUnit(unitNames.find((each) => each === value) ?? 'hours')}
            >
              {unitNames.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
          <button type="submit" class="button primary" aria-disabled={moving.isBusy}>
            Move
          </button>
        </form>
        <ErrorText text={moving.error} />
        <p role="status" class="done">
          {moved}
        </p>
      </div>
    </div>
  );
}
