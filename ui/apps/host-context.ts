import type { McpUiDisplayMode, McpUiStyleVariableKey, McpUiTheme } from '@modelcontextprotocol/ext-apps';
import { asObject, isObject, type Result } from '../../tools/contract/json.js';

/** Where the host shows a view, and how it looks there. */
export interface HostContext {
  readonly tool: string | undefined;
  readonly theme: McpUiTheme | undefined;
  readonly displayMode: McpUiDisplayMode;
  /** BCP 47 and IANA, as the host says them; both may be unknown to the browser. */
  readonly locale: string | undefined;
  readonly timeZone: string | undefined;
  /** In CSS pixels: top, right, bottom, left. */
  readonly insets: readonly [number, number, number, number];
  readonly variables: ReadonlyMap<StyleVariable, string>;
}

/** The variables of hosts that the views use, by the property that each must fit. */
export const styleVariables = {
  '--color-background-primary': 'color',
  '--color-background-secondary': 'color',
  '--color-text-primary': 'color',
  '--color-text-secondary': 'color',
  '--color-text-danger': 'color',
  '--color-text-success': 'color',
  '--color-text-warning': 'color',
  '--color-border-primary': 'color',
  '--color-ring-primary': 'color',
  '--font-sans': 'font-family',
  '--border-radius-md': 'border-radius',
} as const satisfies Partial<Readonly<Record<McpUiStyleVariableKey, string>>>;

/** A variable of hosts that the views use. */
export type StyleVariable = keyof typeof styleVariables;

const isVariable = (key: string): key is StyleVariable => Object.hasOwn(styleVariables, key);

/** Before the host has said anything. */
export const noContext: HostContext = {
  tool: undefined,
  theme: undefined,
  displayMode: 'inline',
  locale: undefined,
  timeZone: undefined,
  insets: [0, 0, 0, 0],
  variables: new Map(),
};

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 100 ? value : undefined;

const pixels = (value: unknown): number => (Number.isFinite(value) ? Math.min(Math.max(Number(value), 0), 200) : 0);

/** The longest value of a variable. */
const maxValue = 500;

function variablesIn(styles: unknown, earlier: HostContext['variables']): HostContext['variables'] {
  const { variables } = asObject(styles);
  if (!isObject(variables)) return earlier;
  return new Map(
    Object.entries(variables).flatMap(([key, value]) =>
      isVariable(key) && typeof value === 'string' && value.length <= maxValue ? [[key, value] as const] : [],
    ),
  );
}

/** The context after the host has said some of it. What it does not mention stays as it was. */
export function withContext(earlier: HostContext, said: Result): HostContext {
  const { theme, displayMode, locale, timeZone, safeAreaInsets, styles, toolInfo } = said;
  const { top, right, bottom, left } = asObject(safeAreaInsets);
  return {
    tool: textIn(asObject(asObject(toolInfo).tool).name) ?? earlier.tool,
    theme: theme === 'light' || theme === 'dark' ? theme : earlier.theme,
    displayMode:
      displayMode === 'inline' || displayMode === 'fullscreen' || displayMode === 'pip'
        ? displayMode
        : earlier.displayMode,
    locale: textIn(locale) ?? earlier.locale,
    timeZone: textIn(timeZone) ?? earlier.timeZone,
    insets: isObject(safeAreaInsets) ? [pixels(top), pixels(right), pixels(bottom), pixels(left)] : earlier.insets,
    variables: variablesIn(styles, earlier.variables),
  };
}
