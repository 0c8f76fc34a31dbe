import { type HostContext, type StyleVariable, styleVariables } from './host-context.js';

const isVariable = (key: string): key is StyleVariable => Object.hasOwn(styleVariables, key);

/** Makes the page look as its host does. A value that does not fit its variable is left out: it could load something. */
export function applyContext({ theme, displayMode, insets, variables }: HostContext): void {
  const { style, dataset } = document.documentElement;
  style.colorScheme = theme ?? 'light dark';
  dataset.mode = displayMode;
  for (const [index, side] of ['top', 'right', 'bottom', 'left'].entries())
    style.setProperty(`--inset-${side}`, `${insets[index] ?? 0}px`);
  for (const key of Object.keys(styleVariables)) {
    const value = isVariable(key) ? variables.get(key) : undefined;
    const property = isVariable(key) ? styleVariables[key] : '';
    if (value !== undefined && CSS.supports(property, value)) style.setProperty(key, value);
    else style.removeProperty(key);
  }
}
