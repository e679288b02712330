/** Tokens of lists: opaque to the client, and good only for the list that gave them. */
import { invalid } from './errors.ts';

export const PAGE = 100;

export function tokenOf(list: string, ...at: number[]): string {
  return Buffer.from([list, ...at].join(' ')).toString('base64url');
}

/** The numbers in a token. @throws LocationError where it was not given by `list`. */
export function readToken(list: string, token: string, length: number): number[] {
  const [name, ...at] = Buffer.from(token, 'base64url').toString().split(' ');
  const numbers = at.map(Number);
  if (name !== list || numbers.length !== length || !numbers.every(Number.isSafeInteger))
    throw invalid('NextToken is not one that this list gave');
  return numbers;
}

/** One page of what is in memory as a list. */
export function pageOf<T>(
  list: string,
  all: readonly T[],
  { NextToken, MaxResults = PAGE }: { NextToken?: string; MaxResults?: number },
): { items: T[]; NextToken?: string } {
  const [from = 0] = NextToken === undefined ? [] : readToken(list, NextToken, 1);
  const items = all.slice(from, from + MaxResults);
  const end = from + items.length;
  return end < all.length ? { items, NextToken: tokenOf(list, end) } : { items };
}
