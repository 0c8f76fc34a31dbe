import { isRecord } from '../../http/json.js';
import { invalidContent } from '../refusals.js';

/** The object at a place in the content. @throws Refusal, like all functions here */
export function objectAt(value: unknown, place: string): Record<string, unknown> {
  if (!isRecord(value)) throw invalidContent(`${place} must be an object`);
  return value;
}

/** A list of at most `max` elements; empty if left out. */
export function listAt(value: unknown, place: string, max: number): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidContent(`${place} must be an array`);
  if (value.length > max) throw invalidContent(`${place} may have at most ${max} elements`);
  return value;
}

/** A non-empty text of at most `max` characters (code points). */
export function textAt(value: unknown, place: string, max = Number.POSITIVE_INFINITY): string {
  if (typeof value !== 'string' || value === '') throw invalidContent(`${place} must be a non-empty string`);
  if (value.length > max && [...value].length > max) {
    throw invalidContent(`${place} may have at most ${max} characters`);
  }
  return value;
}

export function optionalTextAt(value: unknown, place: string, max?: number): void {
  if (value !== undefined) textAt(value, place, max);
}

export function urlAt(value: unknown, place: string, scheme: 'https' | 'http or https' = 'http or https'): void {
  const text = textAt(value, place);
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'https:' || (protocol === 'http:' && scheme !== 'https')) return;
  throw invalidContent(`${place} must be a valid ${scheme} URL`);
}

export function wordAt(value: unknown, place: string, words: readonly string[]): string {
  const known = words.find((word) => word === value);
  if (known === undefined) throw invalidContent(`${place} must be one of ${words.join(', ')}`);
  return known;
}
