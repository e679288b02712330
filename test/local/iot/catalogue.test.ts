import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_SHELVES } from '../../../src/local/data-dir/shelf.ts';
import { Catalogue } from '../../../src/local/iot/catalogue.ts';

describe('Catalogue', () => {
  type Entry = { readonly name: string; readonly value: number };

  it('gives every entry that stays exactly once, while others come and go between the pages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(99), { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (removed, limit, newestFirst) => {
          const form = {
            nameOf: ({ name }: Entry) => name,
            write: (entry: Entry) => entry,
            read: (entry: Entry) => entry,
          };
          const catalogue = new Catalogue<Entry>(NO_SHELVES(''), form);
          for (let i = 0; i < 100; i++) catalogue.add({ name: String(i), value: i });
          const leaving = [...removed];
          let late = 0;
          const seen: number[] = [];
          let token: string | undefined;
          do {
            const page = catalogue.page({ limit, token, newestFirst });
            seen.push(...page.items.map(({ value }) => value));
            token = page.next;
            const gone = leaving.pop();
            if (gone !== undefined) catalogue.delete(String(gone));
            catalogue.add({ name: `late-${late++}`, value: 1000 });
          } while (token !== undefined && seen.length < 500);
          const stayed = Array.from({ length: 100 }, (_, i) => i).filter((i) => !removed.includes(i));
          const old = seen.filter((value) => value < 1000);
          expect(new Set(old).size).toBe(old.length);
          expect(old).toEqual(expect.arrayContaining(stayed));
          expect(old).toEqual([...old].sort((a, b) => (newestFirst ? b - a : a - b)));
        },
      ),
    );
  });
});
