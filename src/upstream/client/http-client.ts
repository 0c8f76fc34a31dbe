import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { isLoopback } from '../../config/address.js';
import type { Proxies } from '../../config/config.js';
import { errorCode } from '../../text/error-text.js';
import type { HttpResponse } from '../response.js';

/** One request as it goes out. */
interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Why no usable answer came: the network failed, or what came is larger or stranger than an answer. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  constructor(
    readonly reason: 'network' | 'unreadable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Makes HTTP requests over kept-alive connections. */
export interface HttpClient {
  /**
   * One exchange; `onSent` is called when the request is written to an open connection, never if it does not get there.
   * Where it throws, nothing is written.
   * @throws HttpFault, the signal's reason, or what `onSent` has thrown.
   */
  exchange(request: HttpRequest, signal: AbortSignal, onSent: () => void): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** No answer of these APIs comes near it; what is larger is not theirs. */
const maxBodyBytes = 8 * 1024 * 1024;
const maxHeaderBytes = 64 * 1024;
const connectTimeoutMs = 10_000;

/** undici takes longer to load than all else together, so it is loaded at the first request. */
async function connect(proxy: Proxies): Promise<{ direct: Dispatcher; proxied: Dispatcher }> {
  const { Agent, EnvHttpProxyAgent } = await import('./dispatchers.js');
  const settings = {
    connect: { timeout: connectTimeoutMs },
    maxHeaderSize: maxHeaderBytes,
    maxResponseSize: maxBodyBytes,
    // The call's own deadline bounds both.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const direct = new Agent(settings);
  if (proxy.http === undefined && proxy.https === undefined) return { direct, proxied: direct };
  const proxied = new EnvHttpProxyAgent({
    ...settings,
    // What is left out it would take from the environment, past the configuration.
    httpProxy: proxy.http ?? '',
    httpsProxy: proxy.https ?? '',
    noProxy: proxy.none ?? '',
  });
  return { direct, proxied };
}

const decoders: ReadonlyMap<string, typeof gunzipSync> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/**
 * The text of a body. Compressed ones are not asked for, and are bounded when they come all the same; one that cannot
 * be unpacked is told as a text that is no JSON, since the status of its answer still says something.
 */
function decode(body: Buffer, encoding = 'identity'): string {
  const name = encoding.trim().toLowerCase();
  if (body.length === 0 || name === 'identity' || name === '') return body.toString('utf8');
  try {
    const unpacked = decoders.get(name)?.(body, { maxOutputLength: maxBodyBytes });
    return unpacked?.toString('utf8') ?? `(a body of the unknown encoding ${name.slice(0, 20)})`;
  } catch {
    return `(a ${name} body that is broken or larger than ${maxBodyBytes} bytes)`;
  }
}

/** The innermost reason in words: the message, and the system's code where the message lacks it. */
function innermostReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return innermostReason(error.errors[0]);
  const code = errorCode(error) ?? '';
  const message = error.message === '' ? error.name : error.message;
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}

/** undici's codes for answers that came but are larger or stranger than an API's. */
const unreadableCodes = new Set(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW', 'HPE_HEADER_OVERFLOW']);

function faultOf(error: unknown): HttpFault {
  const code = errorCode(error) ?? '';
  const unreadable = unreadableCodes.has(code) || code.startsWith('HPE_');
  return new HttpFault(unreadable ? 'unreadable' : 'network', innermostReason(error), { cause: error });
}

/** An HTTP client on undici: keep-alive, no redirects, bounded bodies and headers. */
export function createHttpClient(proxy: Proxies): HttpClient {
  let dispatchers: ReturnType<typeof connect> | undefined;

  async function exchange(request: HttpRequest, signal: AbortSignal, onSent: () => void): Promise<HttpResponse> {
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
      /** Why the request was not written although its connection was open. */
      let keptBack: unknown;
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
            // Called once a connection is open, just before the request is written to it.
            abort = () => controller.abort(signal.reason);
            if (signal.aborted) return abort();
            try {
              onSent();
            } catch (error) {
              keptBack = error;
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
            settle(() => resolve({ status, headers, text: decode(Buffer.concat(chunks), encoding) }));
          },
          onResponseError(_, error) {
            settle(() => reject(keptBack ?? (signal.aborted ? signal.reason : faultOf(error))));
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
