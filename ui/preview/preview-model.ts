import type { Result } from '../../tools/contract/json.js';
import { clipped } from '../../tools/contract/quoted.js';
import type { ToolCall } from '../apps/tool-call.js';
import { listIn, textIn } from '../message-view/values.js';
import { type Drawing, type Fact, type Planned, plannedIn } from './arguments.js';
import { dataOf, type Outcome, outcomeOf } from './outcome.js';

/** What the preview draws of a call. */
export interface PreviewModel extends Planned {
  readonly outcome: Outcome;
  readonly isPartial: boolean;
}

const fact = (label: string, value: unknown): Fact[] => {
  const text = textIn(value);
  return text === undefined ? [] : [{ label, value: clipped(text, 300) }];
};

/** What a result says beyond the arguments. A flow without a known name has its ns there too. */
const resultFacts = ({ flow, actions }: Result, { flow_ns }: Result): Fact[] => [
  ...fact('Flow', flow === flow_ns ? undefined : flow),
  ...fact(
    'Did',
    listIn(actions)
      ?.map((each) => textIn(each) ?? '')
      .join('; '),
  ),
];

/** The message as a check returned it: corrected, or for another channel. */
function corrected(drawings: readonly Drawing[], { valid, data }: Result): readonly Drawing[] {
  return valid === true && data !== undefined ? [{ content: data, splitTexts: false }] : drawings;
}

/** Reads what the preview draws. Never throws. */
export function previewOf(call: ToolCall): PreviewModel {
  const data = dataOf(call);
  const { facts, drawings, left } = plannedIn(call, data);
  const outcome = outcomeOf(call);
  return {
    facts: [...fact('Contact', data.contact), ...facts, ...resultFacts(data, call.input ?? {})],
    drawings: corrected(drawings, data),
    left,
    outcome,
    isPartial: call.isPartial && call.end === undefined,
  };
}
