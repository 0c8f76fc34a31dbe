import { expect } from 'vitest';
import type { Reply } from '../support/upstream.js';

/** Calls by name: tool and arguments. */
export const calls = {
  read: ['manychat_get_subscriber', { subscriber_id: '1' }],
  search: ['manychat_find_subscribers_by_name', { name: 'Maria' }],
  by_ref: ['manychat_get_subscriber_by_user_ref', { user_ref: '-1543835812530302162' }],
  set: ['manychat_add_tag_to_subscriber', { subscriber_id: '1', tag_id: 1 }],
  set_field: ['manychat_set_custom_field_by_name', { subscriber_id: '1', field_name: 'x', field_value: 'y' }],
  create: ['manychat_create_subscriber', { whatsapp_phone: '+972501234567' }],
  create_tag: ['manychat_create_tag', { name: 'New' }],
  destroy: ['manychat_delete_tag', { tag_id: 1 }],
  send: [
    'manychat_send_content',
    { subscriber_id: '1', data: { version: 'v2', content: { messages: [{ type: 'text', text: 'hi' }] } } },
  ],
  flow: ['manychat_send_flow', { subscriber_id: '1', flow_ns: 'content1' }],
  connections: ['manychat_list_connections', {}],
  connection: ['manychat_get_connection', { connection_id: 'c1' }],
  connect: ['manychat_create_connection', {}],
} as const;

/** An error body of ManyChat. */
export const refusal = (message: string, more: object = {}): object => ({ status: 'error', message, ...more });
const validation = (...messages: string[]): object =>
  refusal('Validation error', { details: { messages: messages.map((message) => ({ message })) } });
const mapped = (field: string, message: string): object =>
  refusal('Validation error', { details: { messages: { [field]: { message: [message] } } } });

type Row = [call: keyof typeof calls, reply: Exclude<Reply, (...all: never[]) => void>, expected: object];

const html = '<html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>';

/** Responses to calls, and the failures that they mean. */
export const table: Row[] = [
  // ManyChat's codes, as its swagger file defines them.
  [
    'by_ref',
    { status: 400, body: refusal('User_ref isn’t registered', { code: 2011 }) },
    { kind: 'user_ref_not_registered', code: 2011, retryable: false },
  ],
  [
    'by_ref',
    { status: 400, body: refusal('User_ref has not been linked with subscriber_id', { code: 2012 }) },
    { kind: 'user_ref_not_linked', code: 2012, retryable: true },
  ],
  [
    'send',
    {
      status: 400,
      body: refusal(
        "Content can't be sent to subscriber without message tag. Subscriber's last interaction was over 24h ago.",
        { code: 3011 },
      ),
    },
    { kind: 'window_closed', code: 3011, retryable: false },
  ],
  [
    'send',
    {
      status: 400,
      body: refusal('The subscriber has no One-Time Notification tokens for the selected topic.', { code: 3021 }),
    },
    { kind: 'otn_unavailable', code: 3021 },
  ],
  [
    'send',
    { status: 400, body: refusal("Content can't be sent to subscriber without Notification Reason.", { code: 3031 }) },
    { kind: 'window_closed', code: 3031 },
  ],
  [
    'send',
    { status: 400, body: refusal("Content can't be sent via this channel", { code: 3041 }) },
    { kind: 'channel_refused', code: 3041 },
  ],
  ['send', { status: 400, body: refusal('Anything', { code: '3049' }) }, { kind: 'channel_refused', code: 3049 }],
  [
    'send',
    { status: 400, body: refusal('A new code', { code: 4711 }) },
    { kind: 'rejected', code: 4711, message: 'A new code' },
  ],
  // The same refusals without a code.
  [
    'send',
    {
      status: 400,
      body: refusal(
        "Content can't be sent to subscriber without message tag. Subscriber's last interaction was over 24h ago.",
      ),
    },
    { kind: 'window_closed' },
  ],
  [
    'send',
    { status: 400, body: validation("Content can't be sent to subscriber via specific channel") },
    { kind: 'channel_refused' },
  ],
  // Messages seen live.
  [
    'send',
    { status: 400, body: validation('Message tags are no longer supported') },
    {
      kind: 'message_tag_refused',
      message: 'Validation error: Message tags are no longer supported',
      details: ['Message tags are no longer supported'],
    },
  ],
  ['send', { status: 400, body: refusal('Unsupported message tag') }, { kind: 'message_tag_refused' }],
  [
    'send',
    { status: 400, body: validation('Wrong dynamic message format: messages is required') },
    { kind: 'invalid_content' },
  ],
  ['send', { status: 400, body: validation('Field with same name not found') }, { kind: 'invalid_content' }],
  ['send', { status: 400, body: validation('Type not supported') }, { kind: 'invalid_content' }],
  ['send', { status: 400, body: validation('Subscriber does not exist') }, { kind: 'not_found' }],
  [
    'send',
    { status: 400, body: refusal('Subscriber is not active') },
    { kind: 'subscriber_inactive', hint: expect.stringMatching(/add a tag .* that starts an automation/) },
  ],
  ['flow', { status: 400, body: validation('Flow not found') }, { kind: 'not_found' }],
  ['set_field', { status: 400, body: validation('Field not found') }, { kind: 'not_found' }],
  ['set', { status: 400, body: validation('Tag not found') }, { kind: 'not_found' }],
  [
    'create',
    { status: 400, body: mapped('wa_id', 'This WhatsApp ID already exists: 972501234567') },
    {
      kind: 'already_exists',
      message: 'Validation error: wa_id: This WhatsApp ID already exists: 972501234567',
      details: ['wa_id: This WhatsApp ID already exists: 972501234567'],
    },
  ],
  [
    'create',
    { status: 400, body: mapped('phone', 'Permission denied to import phone') },
    { kind: 'permission_denied' },
  ],
  [
    'create',
    {
      status: 400,
      body: refusal('Validation error', {
        details: { messages: [{ field: 'wa_id', message: 'Permission denied to import wa_id' }] },
      }),
    },
    {
      kind: 'permission_denied',
      message: 'Validation error: wa_id: Permission denied to import wa_id',
      details: ['wa_id: Permission denied to import wa_id'],
    },
  ],
  [
    'create',
    { status: 400, body: refusal('Validation error', { details: [{ field: 'No such field' }] }) },
    { message: 'Validation error: field: No such field' },
  ],
  [
    'create',
    { status: 400, body: mapped('whatsapp_phone', '123 is not a valid WhatsApp number') },
    { kind: 'invalid_input' },
  ],
  ['create', { status: 400, body: refusal('Invalid data format') }, { kind: 'invalid_input' }],
  [
    'create_tag',
    { status: 400, body: validation('Something nobody has seen', 'And another') },
    { kind: 'invalid_input', message: 'Validation error: Something nobody has seen: And another' },
  ],
  ['set', { status: 400, body: refusal('No.') }, { kind: 'rejected', message: 'No.' }],
  // Errors inside HTTP 200.
  ['set', { body: refusal('Subscriber is not active') }, { kind: 'subscriber_inactive', http_status: 200 }],
  ['read', { body: refusal('Something else') }, { kind: 'rejected', http_status: 200 }],
  [
    'send',
    { body: { status: 'exception', message: 'Something went wrong' } },
    { kind: 'manychat_unavailable', performed: 'unknown', retryable: false },
  ],
  [
    'send',
    { body: { status: 'queued', message: 'hm' } },
    { kind: 'bad_response', performed: 'unknown', retryable: false },
  ],
  ['read', { body: { status: 'success' } }, { kind: 'bad_response', performed: 'no' }],
  // 401 by source.
  ['read', { status: 401, body: refusal('Wrong token') }, { kind: 'manychat_auth', source: 'manychat' }],
  ['read', { status: 401, body: refusal('Wrong format token') }, { kind: 'manychat_auth' }],
  [
    'read',
    { status: 401, body: { error: { message: 'Invalid API key', type: 'auth', code: 401 } } },
    { kind: 'gateway_auth', source: 'gateway', message: 'Invalid API key' },
  ],
  [
    'read',
    { status: 401, body: { message: 'Expired key', type: 'auth', code: 401, trace_id: 't' } },
    { kind: 'gateway_auth', message: 'Expired key' },
  ],
  ['connections', { status: 401, body: '' }, { kind: 'gateway_auth' }],
  ['read', { status: 403, body: { error: { message: 'Forbidden' } } }, { kind: 'gateway_auth' }],
  [
    'read',
    { status: 403, body: 'error code: 1010' },
    { kind: 'gateway_error', message: 'HTTP 403: "error code: 1010"' },
  ],
  ['read', { status: 403, body: refusal('No access') }, { kind: 'permission_denied' }],
  // The gateway's other refusals.
  [
    'send',
    { status: 400, body: { message: 'No active connection for manychat', type: 'bad_request', code: 400 } },
    { kind: 'no_connection' },
  ],
  ['read', { status: 400, body: { error: { message: 'Invalid app name', code: 400 } } }, { kind: 'gateway_error' }],
  [
    'read',
    { status: 404, body: { error: { message: 'Connection not found', code: 404 } } },
    { kind: 'connection_not_found' },
  ],
  ['connection', { status: 404, body: { message: 'Not found', code: 404 } }, { kind: 'connection_not_found' }],
  ['read', { status: 404, body: '<h1>Not Found</h1>' }, { kind: 'gateway_error' }],
  ['read', { status: 404, body: refusal('Not found') }, { kind: 'not_found', source: 'manychat' }],
  [
    'send',
    { status: 429, body: { message: 'Too many requests', code: 429 }, headers: { 'retry-after': '7' } },
    { kind: 'rate_limited', retry_after_s: 7, performed: 'no', retryable: true },
  ],
  ['set', { status: 429, body: '' }, { kind: 'rate_limited', performed: 'no', retryable: true }],
  [
    'send',
    { status: 429, body: { status: 'exception', message: 'Too many requests' }, headers: { 'retry-after': '60' } },
    { kind: 'rate_limited', source: 'manychat', performed: 'no', retryable: true, retry_after_s: 60 },
  ],
  [
    'read',
    {
      status: 429,
      body: refusal('Too many requests'),
      headers: { date: 'Thu, 01 Jan 1970 00:01:00 GMT', 'retry-after': 'Thu, 01 Jan 1970 00:01:10 GMT' },
    },
    { kind: 'rate_limited', source: 'manychat', retry_after_s: 10 },
  ],
  // Unknown outcomes.
  [
    'read',
    { status: 500, body: { status: 'exception', message: 'Something went wrong' } },
    { kind: 'manychat_unavailable', performed: 'no', retryable: true },
  ],
  [
    'set',
    { status: 500, body: { status: 'exception', message: 'Something went wrong' } },
    { kind: 'manychat_unavailable', performed: 'unknown', retryable: true },
  ],
  [
    'create',
    { status: 500, body: { status: 'exception', message: 'Something went wrong' } },
    { kind: 'manychat_unavailable', performed: 'unknown', retryable: false },
  ],
  [
    'send',
    { status: 500, body: { error: { message: 'Connection authorization expired' } } },
    { kind: 'gateway_error', performed: 'unknown', retryable: false },
  ],
  [
    'destroy',
    { status: 502, body: html },
    { kind: 'gateway_error', performed: 'unknown', retryable: false, message: 'HTTP 502: "502 Bad Gateway"' },
  ],
  [
    'connect',
    { status: 503, body: '' },
    { kind: 'gateway_error', performed: 'unknown', retryable: false, message: 'HTTP 503 with an empty body' },
  ],
  ['read', { status: 504, body: html }, { kind: 'gateway_error', performed: 'no', retryable: true }],
  ['send', { status: 200, body: html }, { kind: 'bad_response', performed: 'unknown' }],
  ['set', { status: 200, body: '{"status":"succ' }, { kind: 'bad_response', performed: 'unknown', retryable: true }],
  ['send', { status: 204, body: '' }, { kind: 'bad_response', performed: 'unknown' }],
  [
    'send',
    { status: 301, body: '', headers: { location: 'https://elsewhere.example/' } },
    { kind: 'bad_response', performed: 'unknown' },
  ],
  ['connections', { status: 200, body: '[]' }, { kind: 'bad_response', performed: 'no' }],
  ['connect', { status: 400, body: { message: 'Unknown app', code: 400 } }, { kind: 'gateway_error', performed: 'no' }],
];
