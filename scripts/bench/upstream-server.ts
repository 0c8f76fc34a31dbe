/*
 * The loopback server for all HTTP figures, in a process of its own. It reads a request and sends a fixed ManyChat
 * success by its path. It sends its URL to its parent and ends with it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const names = ['VIP', 'Customer', 'Newsletter', 'Wholesale lead', 'Old tag'];
const list = names.map((name, index) => ({ id: index + 1, name, type: 'text', description: `What ${name} is for` }));
const page = { id: 123456789, name: 'Sunrise Coffee', category: 'Coffee Shop', is_pro: true, timezone: 'UTC' };
const contact = { id: '24958501110451908', page_id: '123456789', name: 'Maria Garcia', status: 'active', tags: list };

const success = (data?: unknown): Buffer => Buffer.from(JSON.stringify({ status: 'success', data }));
const responses: ReadonlyMap<string, Buffer> = new Map([
  ['/fb/page/getInfo', success(page)],
  ['/fb/page/getFlows', success({ flows: list, folders: list })],
  ['/fb/subscriber/getInfoByUserRef', success(contact)],
  ['/fb/sending/sendFlow', success()],
]);
const listResponse = success(list);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const path = request.url?.replace(/^\/manychat|\?.*$/g, '') ?? '';
    const body = responses.get(path) ?? listResponse;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
});

server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.once('disconnect', () => process.exit());
