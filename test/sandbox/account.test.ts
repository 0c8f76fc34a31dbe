import { describe, expect, test } from 'vitest';
import { maria } from '../support/people.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });

async function textOf(path: string, body: unknown, key: string) {
  const response = await fetch(`${sandbox.url}/fb/${path}`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Sends GET without a body and POST with one; by default to the first page. */
async function request(path: string, body?: unknown, key = sandbox.manychatKey) {
  const { status, text } = await textOf(path, body, key);
  const json: unknown = JSON.parse(text);
  return { status, json };
}

const done = { status: 200, json: { status: 'success' } };
const refused = (message: unknown) => ({
  status: 400,
  json: { status: 'error', message: 'Validation error', details: { messages: [{ message }] } },
});
const refusedFields = (messages: Record<string, string>) => ({
  status: 400,
  json: {
    status: 'error',
    message: 'Validation error',
    details: {
      messages: Object.fromEntries(Object.entries(messages).map(([name, text]) => [name, { message: [text] }])),
    },
  },
});
const john = { subscriber_id: 123456789 };

describe('the page', () => {
  test("has the entities that the examples of Maton's guide refer to", async () => {
    expect((await request('page/getTags')).json).toMatchObject({
      data: expect.arrayContaining([
        { id: 1, name: 'VIP' },
        { id: 2, name: 'Customer' },
        { id: 123, name: 'Old Tag' },
      ]),
    });
    expect((await request('page/getCustomFields')).json).toMatchObject({
      data: [
        { id: 1, name: 'phone_number', type: 'text' },
        { id: 2, name: 'purchase_count', type: 'number' },
        {},
        {},
        {},
        {},
        {},
        {},
        { id: 123 },
        { name: 'field2' },
      ],
    });
    expect((await request('page/getFlows')).json).toMatchObject({
      data: { flows: expect.arrayContaining([{ ns: 'content123456', name: 'Welcome Flow', folder_id: 1 }]) },
    });
    expect((await request('page/getOtnTopics')).json).toMatchObject({ data: [{ name: 'Price Drop Alert' }, {}] });
    expect((await request('page/getWidgets')).json).toEqual((await request('page/getGrowthTools')).json);
  });

  test('creates each tag and field once', async () => {
    expect(await request('page/createTag', { name: 'New Tag' })).toEqual({
      status: 200,
      json: { status: 'success', data: { tag: { id: 125, name: 'New Tag' } } },
    });
    expect(await request('page/createTag', { name: 'New Tag' })).toEqual(refused('Tag with same name already exists'));
    const field = { caption: 'Phone Number', type: 'text', description: 'Customer phone number' };
    expect((await request('page/createCustomField', field)).json).toMatchObject({
      data: { field: { name: 'Phone Number', type: 'text' } },
    });
    expect(await request('page/createCustomField', field)).toEqual(refused('Field with same name already exists'));
    expect(await request('page/createCustomField', { caption: 'x', type: 'list' })).toEqual(
      refused('Type not supported'),
    );
    expect((await request('page/createBotField', { name: 'visits', type: 'number', value: 0 })).json).toMatchObject({
      data: { field: { value: 0 } },
    });
  });

  test('refuses a tag without a name or with one that is not a string', async () => {
    expect(await request('page/createTag', {})).toEqual(refused('The name field is required.'));
    expect(await request('page/createTag', { name: 5 })).toEqual(refused('The name must be a string.'));
  });

  test('removes a deleted tag from all contacts', async () => {
    expect(await request('page/removeTagByName', { tag_name: 'VIP' })).toEqual(done);
    expect((await request(`subscriber/getInfo?subscriber_id=${maria}`)).json).toMatchObject({
      data: { tags: [{ id: 2, name: 'Customer' }] },
    });
    expect(await request('page/removeTag', { tag_id: 1 })).toEqual(refused('Tag not found'));
    expect(await request('page/removeTag', { tag_id: '123' })).toEqual(done);
  });

  test('sets bot fields by id, by name and as a list', async () => {
    expect(await request('page/setBotField', { field_id: 123, field_value: 42 })).toEqual(done);
    expect(await request('page/setBotFieldByName', { field_name: 'COUNTER', field_value: 42 })).toEqual(done);
    const fields = [
      { field_id: 123, field_value: 'value1' },
      { field_name: 'field2', field_value: 'value2' },
    ];
    expect(await request('page/setBotFields', { fields })).toEqual(done);
  });

  test('sets no bot field if one of a list is refused', async () => {
    const fields = [{ field_id: 123, field_value: 'value1' }];
    const before = await request('page/getBotFields');
    expect(
      await request('page/setBotFields', {
        fields: [
          { field_id: 123, field_value: 'lost' },
          { field_name: 'nothing', field_value: 1 },
        ],
      }),
    ).toEqual(refused('Field not found'));
    expect(await request('page/setBotFields', { fields: Array(21).fill(fields[0]) })).toEqual(
      refused('The fields may not have more than 20 items.'),
    );
    expect(await request('page/getBotFields')).toEqual(before);
  });
});

describe('contact lookups', () => {
  test('keep all digits of ids', async () => {
    const { text } = await textOf('subscriber/getInfo?subscriber_id=24958501110470023', undefined, sandbox.manychatKey);
    expect(text).toContain('"ig_id":17841405822309937,');
    expect(text).toContain('"id":"24958501110470023"');
  });

  test('distinguish linked, registered and unknown user_refs', async () => {
    expect((await request('subscriber/getInfoByUserRef?user_ref=-1543835812530302162')).json).toMatchObject({
      data: { id: maria },
    });
    expect(await request('subscriber/getInfoByUserRef?user_ref=123456')).toMatchObject({
      status: 400,
      json: { code: 2012 },
    });
    expect(await request('subscriber/getInfoByUserRef?user_ref=5')).toMatchObject({
      status: 400,
      json: { code: 2011 },
    });
  });

  test('find by full name, at most a hundred', async () => {
    expect((await request('subscriber/findByName?name=John%20Doe')).json).toMatchObject({
      data: [{ id: '123456789', email: 'john@example.com' }],
    });
    expect((await request('subscriber/findByName?name=Maria+Garcia')).json).toMatchObject({ data: { length: 4 } });
    expect((await request('subscriber/findByName?name=Test+User')).json).toMatchObject({ data: { length: 100 } });
    expect((await request('subscriber/findByName?name=Maria')).json).toMatchObject({ data: [] });
  });

  test('find by text and number fields, newest change first', async () => {
    expect(
      await request('subscriber/setCustomField', { subscriber_id: maria, field_id: 123, field_value: 'value' }),
    ).toEqual(done);
    const found = { json: { data: [{ id: maria }, { id: '123456789' }] } };
    expect(await request('subscriber/findByCustomField?field_id=123&field_value=value')).toMatchObject(found);
    expect(await request('subscriber/findByCustomField?field_id=2&field_value=12')).toMatchObject({
      json: { data: [{ id: maria }] },
    });
    expect(await request('subscriber/findByCustomField?field_id=6&field_value=true')).toEqual(
      refused('Type not supported'),
    );
    expect(await request('subscriber/findByCustomField?field_id=99&field_value=x')).toEqual(refused('Field not found'));
  });

  test('find by email or phone, where a bare + is a space and WhatsApp numbers are not searched', async () => {
    const find = (query: string) => request(`subscriber/findBySystemField?${query}`);
    expect(await find('email=john@example.com')).toMatchObject({ json: { data: { id: '123456789' } } });
    expect(await find('phone=%2B1234567890')).toMatchObject({ json: { data: { id: '123456789' } } });
    const miss = { status: 200, json: { status: 'success', data: [] } };
    expect(await find('phone=+1234567890')).toEqual(miss);
    expect(await find('phone=972501234567')).toEqual(miss);
    const refusal = refused('Exactly one of email and phone is required.');
    expect(await find('')).toEqual(refusal);
    expect(await find('email=a@b.c&phone=1')).toEqual(refusal);
  });

  test.each([
    ['subscriber_id=1', 'Subscriber does not exist'],
    ['subscriber_id=abc', 'The subscriber_id must be an integer.'],
    ['', 'The subscriber_id field is required.'],
  ])('refuse getInfo?%s', async (query, message) => {
    expect(await request(`subscriber/getInfo?${query}`)).toEqual(refused(message));
  });

  test('respond to a wrong signed request with status 200', async () => {
    const verify = (signed_request: string) => request('subscriber/verifyBySignedRequest', { ...john, signed_request });
    expect(await verify('signed_request_token')).toEqual(done);
    expect(await verify(`x.${Buffer.from('{"psid":"123456789"}').toString('base64url')}`)).toEqual(done);
    expect(await verify('x.y')).toEqual({ status: 200, json: { status: 'error', message: 'Wrong signed request' } });
  });
});

describe('contact updates', () => {
  test('add and remove tags', async () => {
    expect(await request('subscriber/addTag', { ...john, tag_id: '2' })).toEqual(done);
    expect(await request('subscriber/addTagByName', { ...john, tag_name: 'Newsletter' })).toEqual(done);
    expect(await request('subscriber/removeTag', { ...john, tag_id: 1 })).toEqual(done);
    expect(await request('subscriber/removeTagByName', { ...john, tag_name: 'Old Tag' })).toEqual(done);
    expect(await request('subscriber/getInfo?subscriber_id=123456789')).toMatchObject({
      json: { data: { tags: [{ id: 2 }, { id: 3 }] } },
    });
    expect(await request('subscriber/addTagByName', { ...john, tag_name: 'vip' })).toEqual(refused('Tag not found'));
  });

  test.each([
    ['phone_number', 'text', 5],
    ['PURCHASE_COUNT', '5 as number', 5],
    ['purchase_count', 'number', '5'],
    ['birthday', '2018-07-18 as date', '2018-07-18'],
    ['birthday', 'date', '2018-02-30'],
    ['next_delivery', '2018-05-01T06:30:24+03:00 as datetime', '2018-05-01T06:30:24+03:00'],
    ['next_delivery', 'datetime', '2018-05-01T06:30:24'],
    ['newsletter', 'true as boolean', true],
    ['newsletter', 'boolean', 1],
    ['newsletter', 'null as empty', null],
  ])('field %s accepts or refuses: %s', async (field_name, label, field_value) => {
    const response = await request('subscriber/setCustomFieldByName', { ...john, field_name, field_value });
    expect(response).toEqual(label.includes(' as ') ? done : refused(expect.stringContaining('Wrong value for field')));
  });

  test('set all fields of a list or none', async () => {
    const fields = [
      { field_id: 1, field_value: 'value1' },
      { field_name: 'Field2', field_value: 'value2' },
    ];
    expect(await request('subscriber/setCustomFields', { ...john, fields })).toEqual(done);
    const invalid = [
      { field_id: 1, field_value: 'lost' },
      { field_name: 'purchase_count', field_value: 'x' },
    ];
    expect((await request('subscriber/setCustomFields', { ...john, fields: invalid })).status).toBe(400);
    expect(await request('subscriber/findByCustomField?field_id=1&field_value=value1')).toMatchObject({
      json: { data: [{ id: '123456789' }] },
    });
  });

  test('create contacts by the rules of the page', async () => {
    const create = (body: unknown, key?: string) => request('subscriber/createSubscriber', body, key);
    const created = await create({ first_name: 'Ann', last_name: 'Lee', whatsapp_phone: '+4917000000' });
    expect(created).toMatchObject({
      status: 200,
      json: { data: { name: 'Ann Lee', phone: '', whatsapp_phone: '4917000000', last_interaction: null } },
    });
    expect(await create({ whatsapp_phone: '972501234567' })).toEqual(
      refusedFields({ wa_id: 'This WhatsApp ID already exists: 972501234567' }),
    );
    expect(await create({ email: 'JOHN@example.com', has_opt_in_email: true })).toEqual(
      refusedFields({ email: 'This email already exists: john@example.com' }),
    );
    expect(await create({ phone: '+4917000001' })).toEqual(
      refusedFields({ has_opt_in_sms: 'Has opt-in SMS is required if property Phone Number is not empty' }),
    );
    expect(await create({ phone: '+4917000001', has_opt_in_sms: true })).toEqual(
      refusedFields({ consent_phrase: 'Consent phrase is required if property Has Opt In SMS equal true' }),
    );
    expect(await create({ email: 'a@b.co', has_opt_in_email: false, last_name: '' })).toEqual(
      refusedFields({ last_name: 'This value should not be blank.' }),
    );
    expect(await create({ first_name: 'Ann' })).toEqual(
      refusedFields({ phone: 'Phone Number is required if Email and Whatsapp Phone properties are empty' }),
    );
    const denied = { phone: '+4917000001', has_opt_in_sms: false, whatsapp_phone: '4917000002' };
    expect(await create(denied, sandbox.secondManychatKey)).toEqual(
      refusedFields({ phone: 'Permission denied to import phone', wa_id: 'Permission denied to import wa_id' }),
    );
  });

  test('change contacts, after which a WhatsApp contact is found by phone', async () => {
    const example = {
      ...john,
      first_name: 'John',
      last_name: 'Smith',
      phone: '+1234567890',
      email: 'john.smith@example.com',
    };
    expect(await request('subscriber/updateSubscriber', example)).toMatchObject({
      status: 200,
      json: { data: { name: 'John Smith' } },
    });
    const phone = { subscriber_id: '1523908742', phone: '+972501234567', has_opt_in_sms: false };
    expect((await request('subscriber/updateSubscriber', phone)).status).toBe(200);
    expect(await request('subscriber/findBySystemField?phone=%2B972501234567')).toMatchObject({
      json: { data: { id: '1523908742' } },
    });
    expect(await request('subscriber/updateSubscriber', { subscriber_id: 1 })).toEqual(
      refusedFields({ subscriber_id: 'Subscriber does not exist' }),
    );
  });
});
