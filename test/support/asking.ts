import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** A request with exactly these headers, including those that `fetch` forbids. */
export interface Asked {
  readonly method?: string;
  readonly path: string;
  /** `host: ''` sends none. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The response. */
export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request as is; `url` has no path. Of a stream of events, the response is what comes first. */
export function ask(url: string, { method = 'GET', path, headers = {}, body }: Asked): Promise<Told> {
  const { host, ...rest } = headers;
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const sent = { ...rest, ...length, ...(host !== undefined && host !== '' && { host }) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, path, headers: sent, setHost: host === undefined }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (!response.headers['content-type']?.startsWith('text/event-stream')) return;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        outgoing.destroy();
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
