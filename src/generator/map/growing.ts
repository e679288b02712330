type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** A typed array that grows as it is filled: a tenth of what an array of objects needs. */
export interface Growing<T extends Numbers> {
  push(value: number): void;
  readonly length: number;
  readonly last: number | undefined;
  /** What was pushed, without spare room. */
  done(): T;
}

export function growing<T extends Numbers>(kind: new (length: number) => T): Growing<T> {
  let values = new kind(1024);
  let length = 0;
  return {
    push(value) {
      if (length === values.length) {
        const larger = new kind(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    get length() {
      return length;
    },
    get last() {
      return length === 0 ? undefined : values[length - 1];
    },
    done: () => values.slice(0, length) as T,
  };
}
