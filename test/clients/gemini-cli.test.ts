import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { asObject, isObject } from '../../tools/contract/json.js';
import { describeClient } from './support/matrix.js';
import { sdkWith } from './support/sdk.js';

/**
 * The rule of Gemini CLI's McpComplianceTransport (packages/core/src/tools/mcp-compliance-transport.ts, 0.61.0): a result
 * without structured content gets the JSON of its first text, even if it is a failure. The SDK then checks that against
 * the output schema.
 */
function withStructuredContent(message: JSONRPCMessage): JSONRPCMessage {
  if (!('result' in message)) return message;
  const { content, structuredContent } = message.result;
  const [first] = Array.isArray(content) ? content : [];
  const { type, text } = asObject(first);
  if (structuredContent !== undefined || type !== 'text' || typeof text !== 'string') return message;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? { ...message, result: { ...message.result, structuredContent: parsed } } : message;
  } catch {
    return message;
  }
}

class ComplianceTransport extends StdioClientTransport {
  override async start(): Promise<void> {
    const forward = this.onmessage;
    this.onmessage = (message) => forward?.(withStructuredContent(message));
    await super.start();
  }
}

describeClient(
  'Gemini CLI',
  sdkWith(undefined, (launch) => new ComplianceTransport({ ...launch, stderr: 'ignore' })),
);
