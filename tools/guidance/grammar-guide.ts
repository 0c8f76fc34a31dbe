import {
  maxActions,
  maxButtons,
  maxCards,
  maxCardTextLength,
  maxMessages,
  maxQuickReplies,
  maxTextLength,
} from '../message/channels.js';
import { maxCallbackSeconds } from '../message/content.js';

/** The full grammar of a message's `data`, for agents that write one. */
export const contentGrammar = `# Message content: \`data\` of manychat_send_content

Keys with ? are optional. Keys not named here are refused. manychat_check_content checks without sending. Content reaches Messenger, Instagram, WhatsApp and Telegram: nothing here sends e-mail or SMS. Sent messages cannot be read back or counted.

data: { version: "v2", content }
content: { type?: "messenger" (the default) | "instagram" | "whatsapp" | "telegram", messages: up to ${maxMessages} (may be empty only with actions), quick_replies?: up to ${maxQuickReplies}, actions?: up to ${maxActions}, external_message_callback? }

## Messages
- { type: "text", text, buttons?: up to ${maxButtons} }; text up to ${maxTextLength.messenger} characters, ${maxTextLength.instagram} on Instagram
- { type: "image" | "video" | "audio", url, buttons? }; up to 25 MB
- { type: "file", url }; up to 25 MB
- { type: "cards", elements: up to ${maxCards} cards, image_aspect_ratio?: "horizontal" | "square" }
- card: { title, subtitle?, image_url?, action_url? (https; http with a warning), buttons? }; title and subtitle up to ${maxCardTextLength} characters

## Buttons
- { type: "url", caption, url, webview_size?: "full" | "medium" | "compact", actions? }
- { type: "flow", caption, target, actions? }; target is the ns of a flow, from manychat_list_flows
- { type: "call", caption, phone, actions? }
- { type: "buy", caption, customer: { shipping_address, contact_name, contact_phone, contact_email? } (each true or false), product: { label, cost (cents) }, success_target?, actions? }
- { type: "dynamic_block_callback", caption, url (https), method: "post", headers?, payload?, actions? }

A quick reply is a flow or a dynamic_block_callback button.

## Actions
Run when the message is sent or the button is pressed. The tags and fields they name must exist.
- { action: "add_tag" | "remove_tag", tag_name }
- { action: "set_field_value", field_name, value }; a datetime as UTC, 2018-03-25T13:25:00.000Z
- { action: "unset_field_value", field_name }

## external_message_callback
{ url (https), method, headers?, payload?, timeout?: seconds, up to ${maxCallbackSeconds} }

## Channels
| | Messenger | instagram | whatsapp | telegram |
| --- | --- | --- | --- | --- |
| text, flow button, actions | yes | yes | yes | yes |
| image | yes | yes | ? | yes |
| video, audio, file | yes | no | no | yes |
| cards | yes | yes | no | no |
| quick_replies | yes | yes | no | no |
| url button | yes | yes | ? | yes |
| buy button | yes | yes | ? | yes |
| call button, dynamic_block_callback, webview_size | yes | no | ? | ? |

? means that ManyChat does not document it: it is sent with a warning. WhatsApp templates can only be sent with manychat_send_flow.
`;
