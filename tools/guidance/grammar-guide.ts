import { maxTextLength } from '../message/channels.js';
import {
  maxActions,
  maxButtons,
  maxCallbackSeconds,
  maxCards,
  maxCardTextLength,
  maxMessages,
  maxQuickReplies,
} from '../message/content.js';

/** The whole grammar of a message's `data`, for a reader who has to write one. */
export const contentGrammar = `# Message content: \`data\` of manychat_send_content

A key with ? may be left out. What is not named here is refused. manychat_check_content checks without sending.

data: { version: "v2", content }
content: { type?: "instagram" | "whatsapp" | "telegram" (left out for Messenger), messages: up to ${maxMessages} (none only with actions), quick_replies?: up to ${maxQuickReplies}, actions?: up to ${maxActions}, external_message_callback? }

## Messages
- { type: "text", text, buttons?: up to ${maxButtons} }; text up to ${maxTextLength.messenger} characters, ${maxTextLength.instagram} on Instagram
- { type: "image" | "video" | "audio", url, buttons? }; up to 25 MB
- { type: "file", url }; up to 25 MB
- { type: "cards", elements: up to ${maxCards} cards, image_aspect_ratio?: "horizontal" | "square" }
- card: { title, subtitle?, image_url?, action_url? (https), buttons? }; title and subtitle up to ${maxCardTextLength} characters

## Buttons
- { type: "url", caption, url, webview_size?: "full" | "medium" | "compact", actions? }
- { type: "flow", caption, target, actions? }; target is the ns of a flow, from manychat_list_flows
- { type: "call", caption, phone, actions? }
- { type: "buy", caption, customer: { shipping_address, contact_name, contact_phone, contact_email? } (each true or false), product: { label, cost (cents) }, success_target?, actions? }
- { type: "dynamic_block_callback", caption, url (https), method: "post", headers?, payload?, actions? }

A quick reply is a flow or a dynamic_block_callback button.

## Actions
Done when the message is sent or the button is pressed; what they name must exist.
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

? is not documented by ManyChat: it is sent with a warning. WhatsApp templates are sent by manychat_send_flow only.
`;
