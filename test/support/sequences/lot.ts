/** Random draws. */
export class Lot {
  constructor(readonly random: () => number) {}
  /** An integer from `min` to `max`. */
  number = (min: number, max: number): number => min + Math.floor(this.random() * (max - min + 1));
  /** A time in milliseconds from `min` to `max`, log-uniform: as likely between 10 and 100 as between 1,000 and 10,000. */
  time = (min: number, max: number): number => Math.round(min * (max / min) ** this.random());
  chance = (share: number): boolean => this.random() < share;
  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[Math.floor(this.random() * items.length)] ?? items[0];
  }
  /** An item, in proportion to its weight. */
  weighted<Item>(items: readonly [[number, Item], ...[number, Item][]]): Item {
    let left = this.random() * items.reduce((sum, [weight]) => sum + weight, 0);
    const drawn = items.find(([weight]) => {
      left -= weight;
      return left < 0;
    });
    return (drawn ?? items[0])[1];
  }
}
