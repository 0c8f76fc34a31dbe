import type { HostParts } from '../../account/host.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import { isLoopback } from '../../config/address.js';
import type { HttpClient } from '../../upstream/client/http-client.js';

/** The header in which a sandbox says its time, in ISO 8601. */
const timeHeader = 'x-sandbox-time';

/** Whether no request leaves this machine: only then may a response tell the time. */
export const isLocal = (accounts: readonly AccountSettings[]): boolean =>
  accounts.every(({ access, addresses: { gateway, control, manychat } }) =>
    (access.mode === 'direct' ? [manychat] : [gateway, control]).every(({ hostname }) => isLoopback(hostname)),
  );

/**
 * A client and a wall clock that follows a sandbox in another process: the time of its latest response, because its clock
 * may stand still. The real time until there is one.
 */
export function followSandbox(http: HttpClient): Pick<HostParts, 'http' | 'now'> {
  let latest: number | undefined;
  return {
    http: {
      close: () => http.close(),
      async exchange(...request) {
        const response = await http.exchange(...request);
        const [time] = [response.headers[timeHeader]].flat();
        const milliseconds = Date.parse(time ?? '');
        if (!Number.isNaN(milliseconds)) latest = milliseconds;
        return response;
      },
    },
    now: () => latest ?? Date.now(),
  };
}
