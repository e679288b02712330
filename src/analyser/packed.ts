import { open } from 'node:fs/promises';

const MAGIC = [0x1f, 0x8b];

/** Whether a log is packed with gzip: its first bytes say so (RFC 1952, section 2.3.1), whatever its name. What cannot be read is not. */
export async function isPacked(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && MAGIC.every((byte, i) => buffer[i] === byte);
  } catch {
    return false; // whoever reads on says why
  } finally {
    await handle.close();
  }
}
