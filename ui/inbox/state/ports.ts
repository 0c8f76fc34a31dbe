/** Whether notices of the sandbox arrive. */
export type Liveness = 'connecting' | 'live' | 'lost';

/** Sends requests to the sandbox; each rejects with an error whose message is a sentence, in the sandbox's words if it has any. */
export interface Requests {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body: object, query?: Query): Promise<T>;
  remove<T>(path: string): Promise<T>;
}

/** Parameters of a query; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;
