import { Refusal } from '../http/refusal.js';

/** The gateway's nested error shape; the sandbox uses it for 401 and 404. */
export function gatewayRefusal(status: 401 | 404, type: string, message: string): Refusal {
  return new Refusal({ status, body: { error: { message, type, code: type } } }, message);
}

/** The gateway's flat error shape; the sandbox uses it for 400 and 429. */
export function flatGatewayRefusal(status: 400 | 429, type: string, message: string, traceId: string): Refusal {
  return new Refusal({ status, body: { message, type, code: status, trace_id: traceId } }, message);
}
