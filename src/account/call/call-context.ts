/** How far a call has come; `progress` is never less than before. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message: string;
}
