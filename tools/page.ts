import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { growthToolsResult, otnTopicsResult, pageResult } from './outputs.js';

export const getPage = endpoint({
  name: 'manychat_get_page',
  title: 'Get page',
  description:
    'The ManyChat account in use: page name, id, plan, time zone. Call it first to see that key and connection work and which business you act for.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getInfo',
  perSecond: 100,
  effect: 'read',
  input: z.strictObject({}),
  output: pageResult,
  example: {},
});

export const listGrowthTools = endpoint({
  name: 'manychat_list_growth_tools',
  title: 'List growth tools',
  description:
    "The page's opt-in widgets, for information: no tool takes their ids; contacts do not show which they came by.",
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getGrowthTools',
  perSecond: 100,
  effect: 'read',
  input: z.strictObject({}),
  output: growthToolsResult,
  example: {},
});

export const listOtnTopics = endpoint({
  name: 'manychat_list_otn_topics',
  title: 'List OTN topics',
  description:
    'One-time-notification topics: their names go into otn_topic_name of manychat_send_content. Does not say which contacts granted a token.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getOtnTopics',
  perSecond: 100,
  effect: 'read',
  input: z.strictObject({}),
  output: otnTopicsResult,
  example: {},
});
