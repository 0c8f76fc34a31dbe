/** Draws by lot. */
export class Lot {
  constructor(readonly random: () => number) {}
  /** A whole number from `least` to `most`. */
  number = (least: number, most: number): number => least + Math.floor(this.random() * (most - least + 1));
  /** A time in milliseconds from `least` to `most`, as likely between 10 and 100 as between 1,000 and 10,000. */
  time = (least: number, most: number): number => Math.round(least * (most / least) ** this.random());
  chance = (share: number): boolean => this.random() < share;
  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[Math.floor(this.random() * items.length)] ?? items[0];
  }
  /** Each item as often as its weight says. */
  weighted<Item>(items: readonly [[number, Item], ...[number, Item][]]): Item {
    let left = this.random() * items.reduce((sum, [weight]) => sum + weight, 0);
    const drawn = items.find(([weight]) => {
      left -= weight;
      return left < 0;
    });
    return (drawn ?? items[0])[1];
  }
}
