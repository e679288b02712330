/**
 * Does `work` for each item, so many at a time. After the first failure no item is begun any more; once those that
 * were have ended, it rejects with that failure.
 */
export async function inLanes<T>(items: Iterable<T>, lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  async function lane(): Promise<void> {
    for (let next = queue.next(); !failed && !next.done; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
