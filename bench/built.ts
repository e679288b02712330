/** A module as users run it; from source, a thread would cost a compiler's time more. */
export async function built<T>(module: string): Promise<T> {
  return (await import(`../dist/src/${module}.js`)) as T;
}
