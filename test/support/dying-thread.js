// A thread of the generator that ends before its time.
export default function die() {
  process.exit(3);
}
