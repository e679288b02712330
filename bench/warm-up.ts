/** Messages that let the compiler see everything first, on each side alike; what they cost is not counted. */
export const WARM_UP = 20_000;
