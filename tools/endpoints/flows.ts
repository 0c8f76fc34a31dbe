import * as z from 'zod';
import { endpoint, type Output } from '../contract/endpoint.js';
import { asObject, isObject, toList } from '../contract/json.js';
import { listInput, listInputs } from '../values/inputs.js';
import { listOutputs } from '../values/outputs.js';
import { anyText, list, record, smallId } from '../values/tolerant.js';

const flow = record({ ns: anyText, name: anyText, folder_id: smallId });

const folder = record({ id: smallId, name: anyText, parent_id: smallId });

const flows = z.looseObject({ ...listOutputs, flows: list(flow), folders: list(folder) });

const flowsResult: Output = {
  schema: flows,
  pages: { lists: ['flows', 'folders'], holders: { list: 'folders', key: 'folder_id' } },
  isAnswer: (data) => isObject(data) && toList(data.flows) !== undefined,
  from: (data) => flows.parse({ flows: asObject(data).flows, folders: asObject(data).folders }),
};

export const listFlows = endpoint({
  name: 'manychat_list_flows',
  title: 'List flows',
  description:
    "The page's flows (automations) and their folders. A flow's ns is what manychat_send_flow and flow buttons take. Flows are made in ManyChat's editor; their steps cannot be read or edited.",
  api: 'manychat',
  method: 'GET',
  path: '/fb/page/getFlows',
  perSecond: 10,
  effect: 'read',
  input: z.strictObject(listInput),
  localInputs: listInputs,
  output: flowsResult,
  example: {},
});
