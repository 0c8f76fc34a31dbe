import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { isLoopback } from '../../config/address.js';
import type { Proxies } from '../../config/config.js';
import { proxyFor } from '../../config/proxy.js';
import { errorCode } from '../../text/error-text.js';
import type { HttpResponse } from '../response.js';

/** One HTTP request. */
interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Why there is no usable response: the network failed, its body is larger than we read, it is no HTTP, or the proxy is of no use. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  constructor(
    readonly reason: 'network' | 'too large' | 'unreadable' | 'proxy',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Makes HTTP requests over keep-alive connections. */
export interface HttpClient {
  /**
   * Makes one request. `onSent` is called just before the request is written to an open connection, and only then. If
   * it throws, nothing is written.
   * @throws HttpFault, the signal's reason, or the error of `onSent`.
   */
  exchange(request: HttpRequest, signal: AbortSignal, onSent: () => void): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** Far above the response of most accounts. */
const maxBodyMegabytes = 8;
const maxBodyBytes = maxBodyMegabytes * 1024 * 1024;
const maxHeaderBytes = 64 * 1024;
const connectTimeoutMs = 10_000;

/** An address that undici takes; requests to one that it would not take are refused before. */
const usable = (address = ''): string => (URL.canParse(address) && /^https?:/i.test(address) ? address : '');

/** Loads undici with the first request: it takes longer to load than everything else together. */
async function connect(proxy: Proxies): Promise<{ direct: Dispatcher; proxied: Dispatcher }> {
  const { Agent, EnvHttpProxyAgent } = await import('./dispatchers.js');
  const settings = {
    connect: { timeout: connectTimeoutMs },
    maxHeaderSize: maxHeaderBytes,
    maxResponseSize: maxBodyBytes,
    // The deadline of the call bounds both.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const direct = new Agent(settings);
  if (proxy.http === undefined && proxy.https === undefined) return { direct, proxied: direct };
  const proxied = new EnvHttpProxyAgent({
    ...settings,
    // undici takes missing values from the environment; we read that ourselves.
    httpProxy: usable(proxy.http),
    httpsProxy: usable(proxy.https),
    noProxy: proxy.none ?? '',
  });
  return { direct, proxied };
}

const tooLarge = (error: unknown): HttpFault =>
  new HttpFault('too large', `over ${maxBodyMegabytes} MB`, { cause: error });

const decoders: ReadonlyMap<string, typeof gunzipSync> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/**
 * The text of a body. We ask for none that is compressed, but some servers compress anyway. A body that cannot be
 * unpacked becomes a text that is no JSON: the status of the response is still of use.
 * @throws HttpFault for a successful response that is too large when it is unpacked.
 */
function decode(body: Buffer, encoding = 'identity', status = 200): string {
  const name = encoding.trim().toLowerCase();
  if (body.length === 0 || name === 'identity' || name === '') return body.toString('utf8');
  try {
    const unpacked = decoders.get(name)?.(body, { maxOutputLength: maxBodyBytes });
    return unpacked?.toString('utf8') ?? `(a body of the unknown encoding ${name.slice(0, 20)})`;
  } catch (error) {
    const isLarge = errorCode(error) === 'ERR_BUFFER_TOO_LARGE';
    if (isLarge && status >= 200 && status < 300) throw tooLarge(error);
    return `(a ${name} body that ${isLarge ? `is over ${maxBodyMegabytes} MB` : 'is broken'})`;
  }
}

/** The message of the innermost error, with the system's code where the message lacks it. */
function innermostReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return innermostReason(error.errors[0]);
  const code = errorCode(error) ?? '';
  const message = error.message === '' ? error.name : error.message;
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}

function faultOf(error: unknown): HttpFault {
  const code = errorCode(error) ?? '';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return tooLarge(error);
  // Codes beginning with HPE_ are parse errors.
  const unreadable = code === 'UND_ERR_HEADERS_OVERFLOW' || code.startsWith('HPE_');
  return new HttpFault(unreadable ? 'unreadable' : 'network', innermostReason(error), { cause: error });
}

/** Creates an HTTP client on undici: keep-alive, no redirects, bounded bodies and headers. */
export function createHttpClient(proxy: Proxies): HttpClient {
  let dispatchers: ReturnType<typeof connect> | undefined;

  async function exchange(request: HttpRequest, signal: AbortSignal, onSent: () => void): Promise<HttpResponse> {
    const { problem } = proxyFor(request.url, proxy) ?? {};
    // Never around a proxy that is set: it may be there so that nothing goes out without it.
    if (problem !== undefined) throw new HttpFault('proxy', problem);
    dispatchers ??= connect(proxy).catch((error: unknown) => {
      dispatchers = undefined;
      throw error;
    });
    const { direct, proxied } = await dispatchers;
    signal.throwIfAborted();
    const dispatcher = isLoopback(request.url.hostname) ? direct : proxied;
    return new Promise((resolve, reject) => {
      let status = 0;
      let headers: HttpResponse['headers'] = {};
      const chunks: Buffer[] = [];
      /** The error of `onSent`. */
      let sendError: unknown;
      let abort = (): void => reject(signal.reason);
      const onAbort = (): void => abort();
      const settle = (finish: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      dispatcher.dispatch(
        {
          origin: request.url.origin,
          path: request.url.pathname + request.url.search,
          method: request.method,
          headers: request.headers,
          body: request.body ?? null,
        },
        {
          onRequestStart(controller) {
            // undici calls this when a connection is open, just before it writes the request.
            abort = () => controller.abort(signal.reason);
            if (signal.aborted) return abort();
            try {
              onSent();
            } catch (error) {
              sendError = error;
              controller.abort(error instanceof Error ? error : new Error(String(error)));
            }
          },
          onResponseStart(_, statusCode, received) {
            status = statusCode;
            headers = received;
          },
          onResponseData(_, chunk) {
            chunks.push(chunk);
          },
          onResponseEnd() {
            const encoding = [headers['content-encoding']].flat()[0];
            settle(() => {
              try {
                resolve({ status, headers, text: decode(Buffer.concat(chunks), encoding, status) });
              } catch (error) {
                reject(error);
              }
            });
          },
          onResponseError(_, error) {
            const fault = faultOf(error);
            // The status of an error says more than the size of its body.
            if (fault.reason === 'too large' && status >= 300) {
              settle(() => resolve({ status, headers, text: `(a body ${fault.message})` }));
            } else {
              settle(() => reject(sendError ?? (signal.aborted ? signal.reason : fault)));
            }
          },
        },
      );
    });
  }

  return {
    exchange,
    async close() {
      const opened = await dispatchers?.catch(() => undefined);
      if (opened !== undefined) await Promise.all([opened.direct.destroy(), opened.proxied.destroy()]);
    },
  };
}
