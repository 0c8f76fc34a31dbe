/** The country codes that ITU-T E.164 assigns to countries. Those of services, such as 800, belong to no person. */
const assigned: ReadonlySet<string> = new Set(
  [
    '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86',
    '90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238',
    '239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268',
    '269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 379 380 381 382',
    '383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670',
    '672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 850 852 853 855 856 880 886 960 961',
    '962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993 994 995 996 998',
  ].flatMap((line) => line.split(' ')),
);

/** The most digits after the country code, where the plan of the country says so and no person has a longer number. */
const longest: Readonly<Record<string, number>> = {
  1: 10,
  7: 10,
  20: 10,
  27: 9,
  32: 9,
  33: 9,
  34: 9,
  41: 9,
  44: 10,
  45: 8,
  48: 9,
  51: 9,
  52: 11,
  54: 11,
  55: 11,
  56: 9,
  57: 10,
  91: 10,
  351: 9,
};

export const isCountryCode = (digits: string): boolean => assigned.has(digits);

/** The country code at the start of a number; undefined if none is assigned. */
export const countryCodeOf = (digits: string): string | undefined =>
  [1, 2, 3].map((length) => digits.slice(0, length)).find(isCountryCode);

/** A sentence part for a number with more digits than its country has; undefined for any other. */
export function tooLong(digits: string): string | undefined {
  const code = countryCodeOf(digits);
  const most = code === undefined ? undefined : longest[code];
  if (code === undefined || most === undefined || digits.length <= code.length + most) return undefined;
  return `a number with +${code} has at most ${most} digits after it`;
}
