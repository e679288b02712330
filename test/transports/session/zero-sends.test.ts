import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZeroSends } from '../../../src/transports/session/zero-sends.ts';

/** A write that the system has not taken: what it carries, and whom to tell. */
interface Write {
  readonly ids: readonly number[];
  readonly line: ZeroSends;
}

describe('QoS 0 sends', () => {
  it('are settled with the write that they went with, in order, each once, also where an earlier line is not done', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ do: 'send' as const }) },
      { weight: 2, arbitrary: fc.constant({ do: 'write' as const }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('taken' as const), line: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.constant({ do: 'change the line' as const }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let settled: number[] = [];
        const lines = [new ZeroSends((id) => settled.push(id))];
        let sent: number[] = [];
        const writes: Write[] = [];
        const take = (line: ZeroSends) => {
          const at = writes.findIndex((write) => write.line === line);
          if (at < 0) return;
          const [{ ids }] = writes.splice(at, 1) as [Write];
          settled = [];
          line.onTaken();
          expect(settled).toEqual(ids);
        };
        for (const each of steps) {
          const line = lines.at(-1)!;
          if (each.do === 'send') {
            const id = line.next;
            line.sent(id);
            sent.push(id);
          } else if (each.do === 'write') {
            expect(line.written()).toBe(sent.length > 0);
            if (sent.length > 0) writes.push({ ids: sent, line });
            sent = [];
          } else if (each.do === 'taken') take(lines[each.line % lines.length]!);
          else lines.push(line.onAnotherLine());
        }
        while (writes.length > 0) take(writes.at(-1)!.line);
      }),
    );
  });

  it('stay unsettled where the write failed: whoever closes the session fails them', () => {
    const settled: number[] = [];
    const line = new ZeroSends((id) => settled.push(id));
    line.sent(line.next);
    line.written();
    line.onTaken(new Error('EPIPE'));
    expect(settled).toEqual([]);
  });
});
