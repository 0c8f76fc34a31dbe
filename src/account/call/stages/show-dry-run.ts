import { effectRules } from '../../../../tools/contract/effect.js';
import { mapTexts } from '../../../text/safe-text.js';
import type { AccountParts, EndpointCall } from '../call-context.js';
import { requestOf } from '../http-request.js';

/** Stage: in a dry run, answers a call that would change or send something with the request it would make, without the key. */
export function showDryRun(call: EndpointCall, { settings, redactor }: AccountParts): void {
  const { endpoint, input, connection, warnings } = call;
  if (!settings.policy.dryRun || effectRules[endpoint.effect].readOnly) return;
  const { method, url, body } = requestOf(endpoint, input, settings);
  const request = {
    method,
    url: url.href,
    ...(connection !== undefined && { connection_id: connection }),
    ...(body !== undefined && { body: JSON.parse(body) }),
  };
  const requests = [mapTexts(request, redactor.withoutKeys)];
  call.result = { dry_run: true, requests, ...(warnings.length > 0 && { warnings }) };
}
