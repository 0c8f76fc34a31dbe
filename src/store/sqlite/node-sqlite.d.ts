/** What this program uses of a module of Node.js 22.13 and newer, which the types for the oldest supported version lack. */
declare module 'node:sqlite' {
  type Value = null | number | bigint | string | Uint8Array;
  export class StatementSync {
    get(...parameters: Value[]): Record<string, Value> | undefined;
    all(...parameters: Value[]): Record<string, Value>[];
    run(...parameters: Value[]): unknown;
  }
  export class DatabaseSync {
    constructor(path: string);
    exec(sql: string): void;
    prepare(sql: string): StatementSync;
    close(): void;
  }
}
