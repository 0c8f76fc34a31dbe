import type { CallEnd, ToolCall } from '../../ui/apps/tool-call.js';
import { readContent } from '../../ui/message-view/reading.js';
import { previewOf } from '../../ui/preview/preview-model.js';

/** A call as a host shows it to a view. */
export const callOf = (tool: string | undefined, input: ToolCall['input'], end?: CallEnd): ToolCall => ({
  tool: tool === undefined ? undefined : `manychat_${tool}`,
  input,
  isPartial: false,
  end,
});

/** The end of a call that returned data. */
export const returned = (data: Record<string, unknown>): CallEnd => ({ kind: 'data', data });

/** The texts that a preview draws of its messages. */
export const drawnTexts = (call: ToolCall): string[] =>
  previewOf(call).drawings.flatMap(({ content, channel, splitTexts }) =>
    readContent(content, { splitTexts, ...(channel !== undefined && { channel }) }).messages.flatMap(({ body }) =>
      body.kind === 'text' ? body.text : [],
    ),
  );
