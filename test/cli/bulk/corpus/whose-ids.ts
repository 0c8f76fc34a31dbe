import { crlf, lf, maria, type Sample, sofia, tom } from './sample.js';

const tag = { addTag: 'VIP' };

/** Tables of which it must be found out whose ids they hold. */
export const whoseIds: readonly Sample[] = [
  {
    origin: 'a CRM with its own ids, and ManyChat’s beside them',
    file: lf('ID,first_name,ManyChat Subscriber ID', `10432,María,${maria}`, `10433,Tom,${tom}`),
    column: 'ManyChat Subscriber ID',
    rows: [`2 ${maria} Hi María`, `3 ${tom} Hi Tom`],
  },
  {
    origin: 'a CRM with a custom field for ManyChat’s id',
    file: lf('Contact Id,cf_manychat_id,Manychat Page ID', `881230001,${maria},105551112223334`),
    options: tag,
    column: 'cf_manychat_id',
    rows: [`2 ${maria}`],
  },
  {
    origin: 'a CRM with its own short ids in a column of a usual name',
    file: lf('id,first_name', '10432,María', '10433,Tom'),
    refused: 'the column "id" may hold the ids of another system, or no ids: most have fewer than 9 digits',
  },
  {
    origin: 'a shop with its own short ids, and --id-column',
    file: lf('id,first_name', '10432,María'),
    options: { ...tag, idColumn: 'id' },
    column: 'id',
    rows: ['2 10432'],
  },
  {
    origin: 'HubSpot: its own ids are called Record ID',
    file: crlf('Record ID,First Name,Email', '51230100123,María,maria@example.com'),
    options: tag,
    refused: 'lacks a column of contact ids',
  },
  {
    origin: 'a CRM whose other columns show that its ids are its own',
    file: crlf('Contact ID,First Name,Lifecycle Stage', '51230100123,María,Lead'),
    options: tag,
    refused: 'the column "Contact ID" may hold the ids of another system, as there is a column "Lifecycle Stage"',
  },
  {
    origin: 'Mailchimp: no ids of ManyChat',
    file: lf('"Email Address","First Name",LEID,EUID', 'maria@example.com,María,123456789,a1b2c3'),
    options: tag,
    refused: 'emails, phones and names are not ids',
  },
  {
    origin: 'ManyChat’s own export',
    file: lf('pageuid,iguid,first_name', `${maria},17841400000000001,María`, ',17841400000000002,Tom'),
    column: 'pageuid',
    rows: [`2 ${maria} Hi María`],
    unusable: [['3', 'pageuid is empty']],
  },
  {
    origin: 'ManyChat’s own export of Instagram contacts',
    file: lf('iguid,first_name', '17841400000000001,María'),
    refused: 'the column "iguid" holds Instagram\'s ids, which ManyChat\'s API does not take',
  },
  {
    origin: 'ManyChat’s Full Contact Data, with keys',
    file: lf('key,first_name', `user:${maria},María`),
    options: { sendText: 'Hi {{first_name|there}}', idColumn: 'key' },
    column: 'key',
    rows: [`2 ${maria} Hi María`],
  },
  {
    origin: 'a list with two usual columns',
    file: lf('id,user_id,first_name', `${maria},${tom},María`),
    refused: 'the contact ids could be in "id", "user_id": name the column with --id-column',
  },
  {
    origin: 'a list with two columns of ManyChat',
    file: lf('subscriber_id,ManyChat ID', `${maria},${tom}`),
    options: tag,
    refused: 'the contact ids could be in "subscriber_id", "ManyChat ID"',
  },
  {
    origin: 'a list with two columns of ManyChat, and --id-column',
    file: lf('subscriber_id,ManyChat ID', `${maria},${tom}`),
    options: { ...tag, idColumn: 'manychat id' },
    column: 'ManyChat ID',
    rows: [`2 ${tom}`],
  },
  {
    origin: 'a list of phones that are to be taken as ids',
    file: lf('Whatsapp Phone,first_name', '34600111222,María'),
    options: { ...tag, idColumn: 'Whatsapp Phone' },
    refused: 'the column "Whatsapp Phone" holds phone numbers by its name',
  },
  {
    origin: 'a list of phones in Spanish',
    file: lf('Teléfono,first_name', '34600111222,María'),
    options: { ...tag, idColumn: 'teléfono' },
    refused: 'holds phone numbers by its name',
  },
  {
    origin: 'columns about subscribers that are not ids',
    file: lf(
      'Subscriber Name,Subscriber Email,ManyChat Tags,ContactID',
      `María,m@example.com,VIP,${maria}`,
      `Tom,,,${sofia}`,
    ),
    options: tag,
    column: 'ContactID',
    rows: [`2 ${maria}`, `3 ${sofia}`],
  },
  {
    origin: 'a list of campaigns with numbers of subscribers',
    file: lf('Campaign,Subscriber', 'Spring,120', 'Summer,80'),
    options: tag,
    refused: 'the column "Subscriber" may hold the ids of another system, or no ids',
  },
  {
    origin: 'a list in Spanish that begins with an id and a phone, like a SYLK file',
    file: lf('ID;Phone;first_name', `${maria};34600111222;María`),
    column: 'ID',
    rows: [`2 ${maria} Hi María`],
  },
  {
    origin: 'Mailchimp: its own ids are called those of subscribers',
    file: lf('Mailchimp Subscriber ID,first_name', '123456789,María'),
    refused:
      'the column "Mailchimp Subscriber ID" may hold the ids of another system, by its name: if they are ManyChat\'s contact ids, pass --id-column "Mailchimp Subscriber ID"',
  },
  {
    origin: 'HubSpot, with ids of subscribers',
    file: lf('subscriber_id,email,HubSpot Lead Status', `${maria},m@example.com,New`),
    options: tag,
    refused:
      'the column "subscriber_id" may hold the ids of another system, as there is a column "HubSpot Lead Status"',
  },
  {
    origin: 'HubSpot, with ids of subscribers, and --id-column',
    file: lf('subscriber_id,email,HubSpot Lead Status', `${maria},m@example.com,New`),
    options: { ...tag, idColumn: 'subscriber_id' },
    rows: [`2 ${maria}`],
  },
  {
    origin: 'a CRM with deals, and ids of subscribers',
    file: lf('subscriber_id,first_name,Deal Owner', '123456789,María,Ann'),
    refused: 'as there is a column "Deal Owner"',
  },
  {
    origin: 'a CRM with deals, and ids of ManyChat',
    file: lf('ManyChat ID,first_name,Deal Owner', `${maria},María,Ann`),
    column: 'ManyChat ID',
    rows: [`2 ${maria} Hi María`],
  },
  {
    origin: 'MailerLite',
    file: lf('subscriber_id,email,mailerlite_status', '123456789012345678,m@example.com,active'),
    options: tag,
    refused: 'as there is a column "mailerlite_status"',
  },
  {
    origin: 'ConvertKit',
    file: lf('id,first_name,ConvertKit Tags', '1234567890,María,VIP'),
    refused: 'as there is a column "ConvertKit Tags"',
  },
  {
    origin: 'Salesforce Marketing Cloud',
    file: lf('Subscriber Key,Subscriber ID,Email Address', 'm@example.com,1234567890,m@example.com'),
    options: tag,
    refused: 'the column "Subscriber ID" may hold the ids of another system, as there is a column "Subscriber Key"',
  },
  {
    origin: 'a list of ManyChat’s contacts with their phones as ids',
    file: lf('ManyChat WhatsApp ID,first_name', '34600111222,María'),
    refused: 'the column "ManyChat WhatsApp ID" holds phone numbers by its name',
  },
  {
    origin: 'a list of ManyChat’s contacts with their phones as ids, and --id-column',
    file: lf('ManyChat WhatsApp ID,first_name', '34600111222,María'),
    options: { ...tag, idColumn: 'ManyChat WhatsApp ID' },
    refused: 'the column "ManyChat WhatsApp ID" holds phone numbers by its name',
  },
  {
    origin: 'a list of subscribers with Instagram’s ids',
    file: lf('Subscriber Instagram ID,first_name', '17841400000000001,María'),
    refused: 'the column "Subscriber Instagram ID" holds Instagram\'s ids, which ManyChat\'s API does not take',
  },
  {
    origin: 'a list of Telegram’s ids, and --id-column',
    file: lf('Telegram ID,first_name', '1234567890,María'),
    options: { ...tag, idColumn: 'Telegram ID' },
    refused: 'the column "Telegram ID" holds Telegram\'s ids',
  },
  {
    origin: 'a list of sequences',
    file: lf('ManyChat Sequence ID,first_name', '1234567890,María'),
    refused: 'lacks a column of contact ids',
  },
  {
    origin: 'a list of subscribers on WhatsApp, whose ids may be phones',
    file: lf('WhatsApp Subscriber ID,first_name', `${maria},María`),
    refused:
      'the column "WhatsApp Subscriber ID" may hold phone numbers or the ids of another service: if they are ManyChat\'s contact ids, pass --id-column "WhatsApp Subscriber ID"',
  },
  {
    origin: 'a list of subscribers on WhatsApp, and --id-column',
    file: lf('WhatsApp Subscriber ID,first_name', `${maria},María`),
    options: { ...tag, idColumn: 'WhatsApp Subscriber ID' },
    column: 'WhatsApp Subscriber ID',
    rows: [`2 ${maria}`],
  },
  {
    origin: 'a CRM with its own ids, and those of subscribers on WhatsApp',
    file: lf('id,WhatsApp Subscriber ID', `881230001,${maria}`),
    options: tag,
    refused: 'the contact ids could be in "id", "WhatsApp Subscriber ID"',
  },
  {
    origin: 'a scraper of Instagram followers',
    file: lf('user_id,username,full_name,is_private', '1234567890,maria,María,false'),
    options: tag,
    refused: 'the column "user_id" may hold the ids of another system, as there is a column "username"',
  },
  {
    origin: 'a list of Telegram members',
    file: lf('id,first_name,Telegram handle', '1234567890,María,@maria'),
    refused: 'as there is a column "Telegram handle"',
  },
  {
    origin: 'a list of WhatsApp contacts whose ids are their phones',
    file: lf('id,mobile', '34600111222,34600111222', '34600111223,+34 600 111 223', `${maria},34600111224`),
    options: { ...tag, idColumn: 'id' },
    refused: 'the column "id" holds the phone numbers of the column "mobile"',
  },
  {
    origin: 'a list with phones, one of which is in the wrong column',
    file: lf('id,mobile', `${maria},34600111222`, `${tom},`, '34600111224,34600111224'),
    options: tag,
    column: 'id',
    rows: [`2 ${maria}`, `3 ${tom}`, '4 34600111224'],
  },
  {
    origin: 'a list that says who subscribes',
    file: lf('id,first_name,Subscriber', `${maria},María,yes`, `${tom},Tom,no`),
    column: 'id',
    rows: [`2 ${maria} Hi María`, `3 ${tom} Hi Tom`],
  },
  {
    origin: 'a list with the ids of its subscribers in a column of that name',
    file: lf('Subscriber,first_name', `${maria},María`),
    column: 'Subscriber',
    rows: [`2 ${maria} Hi María`],
  },
];
