import * as z from 'zod';
import { endpoint } from '../contract/endpoint.js';
import { flowsResult } from '../values/outputs.js';

export const listFlows = endpoint({
  name: 'manychat_list_flows',
  title: 'List flows',
  description:
    "The page's flows (automations) and their folders. A flow's ns is what manychat_send_flow and flow buttons take. Its steps cannot be read or edited.",
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getFlows',
  perSecond: 10,
  effect: 'read',
  input: z.strictObject({}),
  output: flowsResult,
  example: {},
});
