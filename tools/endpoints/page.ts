import * as z from 'zod';
import { endpoint } from '../contract/endpoint.js';
import { listInput, listInputs } from '../values/inputs.js';
import { itemOutput, listOutput } from '../values/outputs.js';
import { anyText, flag, largeId, record, smallId } from '../values/tolerant.js';

const growthTool = record({ id: smallId, name: anyText, type: anyText });

const otnTopic = record({ id: smallId, name: anyText, description: anyText });

const page = record({
  id: largeId,
  name: anyText,
  category: anyText,
  avatar_link: anyText,
  username: anyText,
  about: anyText,
  description: anyText,
  is_pro: flag,
  timezone: anyText,
});

const pageResult = itemOutput('page', page);

const growthToolsResult = listOutput('growth_tools', growthTool);

const otnTopicsResult = listOutput('otn_topics', otnTopic);

export const getPage = endpoint({
  name: 'manychat_get_page',
  title: 'Get page',
  description:
    'The ManyChat account in use: name, id, plan, time zone; not how many contacts it has. Call it when unsure which business you act for, or what is wrong with the key or connection.',
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
    'All growth tools (opt-in widgets) of the page, for information only: no tool takes their ids, and contacts do not show which one they used.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getGrowthTools',
  perSecond: 100,
  effect: 'read',
  input: z.strictObject(listInput),
  localInputs: listInputs,
  output: growthToolsResult,
  example: {},
});

export const listOtnTopics = endpoint({
  name: 'manychat_list_otn_topics',
  title: 'List OTN topics',
  description:
    'All one-time-notification topics; pass a name as otn_topic_name to manychat_send_content. Who granted a topic is not visible: a send to others is refused.',
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getOtnTopics',
  perSecond: 100,
  effect: 'read',
  input: z.strictObject(listInput),
  localInputs: listInputs,
  output: otnTopicsResult,
  example: {},
});
