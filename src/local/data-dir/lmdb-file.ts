/** A look at an LMDB file before LMDB opens it: it takes a file at its word, and one that is none ends the process. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Where these are in the two pages at the front (MDB_page and MDB_meta in LMDB's mdb.c, on machines of 64 bits). */
const OFFSET = { magic: 24, version: 28, pageSize: 48, freeRoot: 88, mainRoot: 136, transaction: 152, end: 160 };
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/** @throws Error where the file is neither empty nor LMDB's, or was cut short. */
export function checkLmdbFile(file: string): void {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return;
    const first = metaAt(fd, 0);
    const pageSize = first.readUInt32LE(OFFSET.pageSize);
    const second = metaAt(fd, pageSize);
    const newest =
      first.readBigUInt64LE(OFFSET.transaction) > second.readBigUInt64LE(OFFSET.transaction) ? first : second;
    for (const root of [OFFSET.freeRoot, OFFSET.mainRoot]) {
      const page = newest.readBigUInt64LE(root);
      if (page !== NO_PAGE && (Number(page) + 1) * pageSize > size) throw new Error(`${file} was cut short`);
    }
  } finally {
    closeSync(fd);
  }

  function metaAt(from: number, position: number): Buffer {
    const page = Buffer.alloc(OFFSET.end);
    readSync(from, page, 0, page.length, position);
    if (page.readUInt32LE(OFFSET.magic) !== MAGIC || page.readUInt32LE(OFFSET.version) !== VERSION)
      throw new Error(`${file} is no LMDB file`);
    return page;
  }
}
