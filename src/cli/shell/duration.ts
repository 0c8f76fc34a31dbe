const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** A duration in words, in the largest unit of which there are two or more: "3 minutes", "100 seconds". */
export function roundedDuration(seconds: number): string {
  const [unit, size] = units.find(([, unitSeconds]) => seconds >= 2 * unitSeconds) ?? (['second', 1] as const);
  const format = new Intl.NumberFormat('en-US', { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 });
  return format.format(Math.max(1, seconds / size));
}
