/** The time of a store on a machine whose clock is set back: it goes on from where it was. */
export function forwardClock(wallClock: () => number): () => number {
  let latest = 0;
  let ahead = 0;
  return () => {
    const wall = wallClock();
    latest = Math.max(latest, wall + ahead);
    ahead = latest - wall;
    return latest;
  };
}
