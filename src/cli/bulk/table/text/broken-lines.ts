/** A row of a text, and what shows whether it is a part of a row. */
export interface Piece<Row> {
  readonly row: Row;
  /** How many cells it has. */
  readonly width: number;
  /** Whether its first cell is an id. */
  readonly beginsWithId: boolean;
  /** Whether it has an id in the column of ids. */
  readonly hasId: boolean;
}

/** How many cells a row may have: one for each column to the last with a name, and one for each heading. */
interface Widths {
  readonly least: number;
  readonly most: number;
}

/**
 * Finds rows that an unquoted line break has split: a short row and those below it that do not begin with an id, if
 * together they have as many cells as a row.
 */
export async function* findBroken<Row>(
  pieces: AsyncIterable<Piece<Row>>,
  { least, most }: Widths,
): AsyncGenerator<{ readonly row: Row; readonly broken: boolean }> {
  let open: Piece<Row>[] = [];
  let openWidth = 0;
  function* close(broken: boolean) {
    for (const { row } of open) yield { row, broken };
    open = [];
  }
  for await (const piece of pieces) {
    const joined = [...open, piece];
    // The line break is within a cell, so two parts have one cell more than the row.
    const width = openWidth + piece.width - 1;
    const continues =
      open.length > 0 && !piece.beginsWithId && width <= most && joined.filter(({ hasId }) => hasId).length <= 1;
    if (continues) {
      open = joined;
      openWidth = width;
      if (width >= least) yield* close(true);
      continue;
    }
    yield* close(false);
    open = [piece];
    openWidth = piece.width;
    if (piece.width >= least) yield* close(false);
  }
  yield* close(false);
}
